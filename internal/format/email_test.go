package format_test

import (
	"net/mail"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/internal/format"
)

func TestEmail_JudgesAddresses(t *testing.T) {
	label63 := strings.Repeat("d", 63)
	local64 := strings.Repeat("l", 64)
	// 64 + "@" + 63 "." 63 "." 61 = 254 octets.
	longest := local64 + "@" + label63 + "." + label63 + "." + strings.Repeat("d", 61)

	judge(t, format.Email, []verdict{
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
		{"quoted local part", `"bob"@example.com`, false},
		{"quoted space", `"joe bloggs"@example.com`, false},
		{"comment", "bob(work)@example.com", false},
		{"backslash", `b\ob@example.com`, false},
		{"address literal", "user@[192.0.2.1]", false},
		{"IPv6 address literal", "user@[IPv6:2001:db8::1]", false},
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
	})
}

func FuzzEmail(f *testing.F) {
	for _, seed := range []string{"user@example.com", "a@b", "!#$%&'*+-/=?^_`{|}~@x.y", "Bob <bob@example.com>", "a..b@c", "a@[::1]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if format.Email(s) != nil {
			return
		}
		address, err := mail.ParseAddress(s)
		require.NoError(t, err)
		require.Equal(t, s, address.Address)
		require.Empty(t, address.Name)
	})
}
