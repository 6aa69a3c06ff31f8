package format_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/internal/format"
)

var uris = []verdict{
	{"host only", "https://example.com", true},
	{"root path", "https://example.com/", true},
	{"all parts", "foo://user:pw@example.com:8042/over/there;p=1?name=ferret&x=%20#nose/?", true},
	{"ftp", "ftp://ftp.is.co.za/rfc/rfc1808.txt", true},
	{"http", "http://www.ietf.org/rfc/rfc2396.txt", true},
	{"ldap with IPv6", "ldap://[2001:db8::7]/c=GB?objectClass?one", true},
	{"telnet with port", "telnet://192.0.2.16:80/", true},
	{"scheme in capitals", "HTTPS://EXAMPLE.COM/", true},
	{"scheme of every kind of character", "a1+-.://h", true},
	{"single label host", "http://localhost", true},
	{"query without path", "https://example.com?a=b", true},
	{"fragment without path", "https://example.com#top", true},
	{"empty query and fragment", "https://example.com/?#", true},
	{"question marks and slashes in the query", "https://example.com/?a=/b?c", true},
	{"empty segments", "https://example.com//a//", true},
	{"dot segments", "https://example.com/./../a", true},
	{"sub-delims in the path", "https://example.com/!$&'()*+,;=:@", true},
	{"unreserved marks", "https://example.com/-._~", true},
	{"percent-encoding in both cases", "https://example.com/%aF%0a?%C3%BC#%20", true},
	{"percent-encoded host", "https://b%C3%BCcher.example/", true},
	{"sub-delims in the host", "http://a!$&'()*+,;=b/", true},
	{"underscore in the host", "http://my_host/", true},
	{"port 0", "http://h:0/", true},
	{"port 65535", "http://h:65535", true},
	{"empty port", "http://h:/", true},
	{"IPv6 with port", "http://[::1]:8080/", true},
	{"IPv6 without path", "http://[::]", true},
	{"IPv6 that ends in IPv4", "http://[::ffff:192.0.2.1]/", true},
	{"IPv6 in full", "http://[2001:0DB8:0:0:8:800:200C:417A]/", true},
	{"IP literal of a future version", "http://[v1F.a:b!]/", true},
	{"colons in the user info", "http://a:b:c@h/", true},
	{"empty user info", "http://@h/", true},
	{"at sign in the path", "https://h/@x", true},
	{"at sign in the query", "https://h?x=a@b", true},
	{"link into an app, path", "com.example.app:/signed", true},
	{"link into an app, word", "myapp:done", true},
	{"link into an app, host", "myapp://signed?id=1#x", true},
	{"link into an app, no host", "myapp:///signed", true},
	{"scheme alone", "myapp:", true},
	{"scheme and query", "myapp:?x=1", true},
	{"scheme and fragment", "myapp:#x", true},
	{"scheme and an empty authority", "myapp://", true},
	{"user info without host", "myapp://user@", true},
	{"port without host", "myapp://:1", true},
	{"colons in an opaque path", "a:b:c:d", true},
	{"data", "data:text/plain;base64,SGk=", true},
	{"news", "news:comp.infosystems.www.servers.unix", true},
	{"no host, path", "file:///etc/hosts", true},
	{"tel", "tel:+1-816-555-1212", true},
	{"urn", "urn:oasis:names:specification:docbook", true},
	{"mailto", "mailto:John.Doe@example.com", true},

	{"empty", "", false},
	{"words", "not a uri", false},
	{"no scheme", "example.com/a", false},
	{"network path", "//example.com/a", false},
	{"absolute path", "/a/b", false},
	{"colon first", "://example.com", false},
	{"https alone", "https:", false},
	{"https without slashes", "https:example.com", false},
	{"https with one slash", "https:/example.com", false},
	{"http without slashes, in capitals", "HTTP:example.com", false},
	{"word with a colon later", "a b:c", false},
	{"space in an opaque path", "myapp:a b", false},
	{"brackets in an opaque path", "myapp:[a]", false},
	{"broken encoding in an opaque path", "myapp:%4", false},
	{"UTF-8 in an opaque path", "myapp:ü", false},
	{"no host, https with path", "https:///x", false},
	{"no host", "https://", false},
	{"no host, query", "https://?a", false},
	{"no host, port", "https://:443/", false},
	{"no host, user info", "https://user@/", false},
	{"scheme begins with a digit", "1http://h", false},
	{"scheme with underscore", "my_scheme://h", false},
	{"space before", " https://h", false},
	{"space after", "https://h ", false},
	{"space in the scheme", "ht tps://h", false},
	{"space in the host", "https://exa mple.com", false},
	{"space in the path", "https://h/a b", false},
	{"space in the query", "https://h/?a b", false},
	{"space in the fragment", "https://h/#a b", false},
	{"line break", "https://h/\n", false},
	{"DEL", "https://h/\x7f", false},
	{"NUL in the host", "https://h\x00.com/", false},
	{"less than", "https://h/<", false},
	{"greater than", "https://h/>", false},
	{"quote", `https://h/"`, false},
	{"braces", "https://h/{id}", false},
	{"closing brace in the query", "https://h/?}", false},
	{"bar", "https://h/a|b", false},
	{"backslash", `https://h\a`, false},
	{"backslash in the path", `https://h/a\b`, false},
	{"caret", "https://h/^", false},
	{"backtick", "https://h/`", false},
	{"brackets in the path", "https://h/[a]", false},
	{"brackets in the query", "https://h/?a[]=1", false},
	{"two fragments", "https://h/#a#b", false},
	{"UTF-8 in the path", "https://h/ü", false},
	{"UTF-8 in the host", "https://bücher.example/", false},
	{"invalid UTF-8", "https://h/\xff", false},
	{"lone percent", "https://h/%", false},
	{"percent and one digit", "https://h/%2", false},
	{"percent and no hex", "https://h/%zz", false},
	{"broken encoding in the query", "https://h/?%4", false},
	{"broken encoding in the host", "https://h%4/", false},
	{"broken encoding in the user info", "https://%x@h/", false},
	{"two at signs", "https://a@b@h/", false},
	{"bracket in the user info", "https://[a@h/", false},
	{"port not a number", "https://h:port/", false},
	{"port with sign", "https://h:+80/", false},
	{"port 65536", "https://h:65536/", false},
	{"port beyond any integer", "https://h:" + strings.Repeat("9", 40), false},
	{"two ports", "https://h:1:2/", false},
	{"IPv6 without brackets", "http://::1/", false},
	{"IPv6 not closed", "http://[::1/", false},
	{"IPv6 not opened", "http://::1]/", false},
	{"IPv6 with a tail", "http://[::1]x/", false},
	{"IPv6 with a bad port", "http://[::1]:x/", false},
	{"IPv6 with too many groups", "http://[1:2:3:4:5:6:7:8:9]/", false},
	{"IPv6 with two gaps", "http://[1::2::3]/", false},
	{"IPv6 with a zone", "http://[fe80::1%25eth0]/", false},
	{"IPv4 in brackets", "http://[192.0.2.1]/", false},
	{"name in brackets", "http://[h]/", false},
	{"empty brackets", "http://[]/", false},
	{"future version without address", "http://[v1.]/", false},
	{"future version without dot", "http://[v1]/", false},
	{"future version without number", "http://[v.a]/", false},
	{"future version not hex", "http://[vg.a]/", false},
	{"future version with encoding", "http://[v1.%41]/", false},
}

func TestURI_JudgesReferences(t *testing.T) {
	judge(t, format.URI, uris)
}

func TestURI_SaysWhichKindOfFault(t *testing.T) {
	require.EqualError(t, format.URI("example.com"), "not an absolute URI (scheme:path or scheme://host/path)")
	require.ErrorContains(t, format.URI("https:/example.com"), "needs // and a host")
	require.ErrorContains(t, format.URI("https://a:port/"), "no host")
	require.ErrorContains(t, format.URI("https://example.com/a b"), "must be percent-encoded")
}

func FuzzURI(f *testing.F) {
	for _, seed := range []string{
		"https://example.com/a?b=c#d", "foo://u:p@h:1/", "http://[::1]:80", "http://[v1.a]/", "http://b%C3%BC/",
		"https://h/%zz", "https://a@b@c", `https://h\@x`, "http://h:65536", "myapp:done", "com.example.app:/signed", "myapp://", "a:b:c",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if format.URI(s) != nil {
			return
		}
		for i := range len(s) {
			require.NotContains(t, " \"<>\\^`{|}", s[i:i+1])
			require.True(t, s[i] > ' ' && s[i] < 0x7f)
		}
		scheme, rest, _ := strings.Cut(s, ":")
		authority, _ := strings.CutPrefix(rest, "//")
		if authority == rest {
			authority = ""
		}
		if i := strings.IndexAny(authority, "/?#"); i >= 0 {
			authority = authority[:i]
		}
		host := authority[strings.LastIndex(authority, "@")+1:]
		// net/url knows neither encoded ASCII in a host nor IPvFuture.
		if strings.Contains(host, "%") || strings.HasPrefix(strings.ToLower(host), "[v") {
			return
		}
		u, err := url.Parse(s)
		require.NoError(t, err)
		require.True(t, u.IsAbs())
		require.Equal(t, host, u.Host)
		require.Equal(t, strings.ToLower(scheme), u.Scheme)
		if u.Scheme == "http" || u.Scheme == "https" {
			require.NotEmpty(t, u.Hostname())
		}
	})
}
