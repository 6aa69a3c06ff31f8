package format_test

import (
	"net/mail"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/internal/format"
)

// The longest parts that there may be, and the longest address: 64 + "@" + 63 "." 63
// "." 61 = 254 octets.
var (
	label63 = strings.Repeat("d", 63)
	local64 = strings.Repeat("l", 64)
	longest = local64 + "@" + label63 + "." + label63 + "." + strings.Repeat("d", 61)
)

var addresses = []verdict{
	{"plain", "user@example.com", true},
	{"one letter each side", "a@b", true},
	{"single label domain", "user@localhost", true},
	{"dots in the local part", "first.middle.last@example.com", true},
	{"plus tag", "user+tag@example.com", true},
	{"every special of atext", "!#$%&'*+-/=?^_`{|}~@example.com", true},
	{"digits only", "0123456789@example.com", true},
	{"capitals", "User@EXAMPLE.Com", true},
	{"hyphen inside a label", "user@my-host.example", true},
	{"double hyphen (punycode)", "user@xn--bcher-kva.example", true},
	{"digits begin a label", "user@3com.com", true},
	{"one letter labels", "user@a.b.c", true},
	{"numeric labels", "user@10.20", true},
	{"subdomains", "user@mail.eu.example.co.uk", true},
	{"hyphen begins the local part", "-user@example.com", true},
	{"local part of 64 octets", local64 + "@example.com", true},
	{"label of 63 octets", "user@" + label63 + ".com", true},
	{"254 octets", longest, true},
	{"quoted local part", `"bob"@example.com`, true},
	{"quoted space", `"john doe"@example.com`, true},
	{"quoted at sign", `"a@b"@example.com`, true},
	{"quoted dots", `".."@example.com`, true},
	{"escaped quote and backslash", `"a\"b\\"@example.com`, true},
	{"empty quotes", `""@example.com`, true},
	{"quoted local part of 64 octets", `"` + local64[2:] + `"@example.com`, true},
	{"address literal", "x@[192.0.2.1]", true},
	{"IPv6 address literal", "user@[IPv6:2001:db8::1]", true},
	{"IPv6 address literal, tag in lower case", "user@[ipv6:::1]", true},
	{"IPv6 address literal that ends in IPv4", "user@[IPv6:::ffff:192.0.2.1]", true},
	{"quoted local part at an address literal", `" "@[192.0.2.1]`, true},

	{"empty", "", false},
	{"no at sign", "user.example.com", false},
	{"only an at sign", "@", false},
	{"no local part", "@example.com", false},
	{"no domain", "user@", false},
	{"two at signs", "user@host@example.com", false},
	{"dot first", ".user@example.com", false},
	{"dot last in the local part", "user.@example.com", false},
	{"two dots in the local part", "us..er@example.com", false},
	{"only a dot", ".@example.com", false},
	{"space in the local part", "us er@example.com", false},
	{"space before", " user@example.com", false},
	{"space after", "user@example.com ", false},
	{"line break after", "user@example.com\n", false},
	{"tab", "user\t@example.com", false},
	{"NUL", "us\x00er@example.com", false},
	{"display name", "Bob <bob@example.com>", false},
	{"angle brackets", "<bob@example.com>", false},
	{"mailto", "mailto:bob@example.com", false},
	{"list", "a@example.com,b@example.com", false},
	{"quote without its end", `"bob@example.com`, false},
	{"quote with a tail", `"bob"b@example.com`, false},
	{"quote in the middle", `a"b"@example.com`, false},
	{"quoted atom and a plain one", `"a".b@example.com`, false},
	{"quote that ends in an escape", `"bob\"@example.com`, false},
	{"nothing after the quotes", `"bob"`, false},
	{"a quote alone", `"`, false},
	{"tab in quotes", "\"a\tb\"@example.com", false},
	{"DEL in quotes", "\"a\x7f\"@example.com", false},
	{"escaped line break", "\"a\\\n\"@example.com", false},
	{"UTF-8 in quotes", `"jörg"@example.com`, false},
	{"quoted local part of 65 octets", `"` + local64[2:] + `l"@example.com`, false},
	{"comment", "bob(work)@example.com", false},
	{"backslash", `b\ob@example.com`, false},
	{"address without brackets, IPv6", "user@2001:db8::1", false},
	{"IPv6 literal without its tag", "user@[2001:db8::1]", false},
	{"IPv4 literal with the other's tag", "user@[IPv6:192.0.2.1]", false},
	{"literal with a zone", "user@[IPv6:fe80::1%eth0]", false},
	{"literal out of range", "user@[192.0.2.256]", false},
	{"literal of three numbers", "user@[192.0.2]", false},
	{"literal of a tag nobody registered", "user@[tag:content]", false},
	{"name in brackets", "user@[example.com]", false},
	{"empty literal", "user@[]", false},
	{"literal not closed", "user@[192.0.2.1", false},
	{"literal not opened", "user@192.0.2.1]", false},
	{"literal with a tail", "user@[192.0.2.1].example", false},
	{"domain begins with a dot", "user@.example.com", false},
	{"domain ends with a dot", "user@example.com.", false},
	{"empty label", "user@example..com", false},
	{"label begins with a hyphen", "user@-example.com", false},
	{"label ends with a hyphen", "user@example-.com", false},
	{"last label ends with a hyphen", "user@example.com-", false},
	{"underscore in the domain", "user@my_host.com", false},
	{"port", "user@example.com:25", false},
	{"path", "user@example.com/x", false},
	{"local part in UTF-8", "jörg@example.com", false},
	{"domain in UTF-8", "user@bücher.example", false},
	{"full-width at sign", "user＠example.com", false},
	{"invalid UTF-8", "us\xffer@example.com", false},
	{"local part of 65 octets", local64 + "l@example.com", false},
	{"label of 64 octets", "user@" + label63 + "d.com", false},
	{"255 octets", longest + "d", false},
}

func TestEmail_JudgesAddresses(t *testing.T) {
	judge(t, format.Email, addresses)
}

func TestEmail_SaysWhatToDoOutsideASCII(t *testing.T) {
	for _, tt := range []struct{ name, value, want string }{
		{"domain", "user@bücher.example", "write the domain in punycode (user@xn--bcher-kva.example)"},
		{"both", "jörg@bücher.example", "write the domain in punycode (user@xn--bcher-kva.example)"},
		{"local part", "jörg@example.com", "its part before the @ has other characters"},
		{"no address at all", "bücher", "not an e-mail address (local@domain)"},
		{"not UTF-8", "user@b\xffcher.example", "not an e-mail address (local@domain)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := format.Email(tt.value)
			require.ErrorContains(t, err, tt.want)
			require.ErrorContains(t, err, "not an e-mail address")
		})
	}
}

func FuzzEmail(f *testing.F) {
	for _, seed := range []string{"user@example.com", "a@b", "!#$%&'*+-/=?^_`{|}~@x.y", "Bob <bob@example.com>", "a..b@c", "a@[::1]", `"a b\"c"@d`, `""@d`, "a@[192.0.2.1]", "a@[IPv6:::1]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if format.Email(s) != nil {
			return
		}
		require.True(t, isPrintable(s))
		// net/mail takes neither empty quotes nor the tag of an IPv6 literal.
		if strings.HasPrefix(s, `""@`) || strings.Contains(strings.ToLower(s), "@[ipv6:") {
			return
		}
		address, err := mail.ParseAddress(s)
		require.NoError(t, err)
		require.Empty(t, address.Name)
		if s[0] != '"' { // net/mail takes the quotes away
			require.Equal(t, s, address.Address)
		}
	})
}

func isPrintable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
