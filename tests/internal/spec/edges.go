package spec

import "strings"

// edges are strings near the edges of the formats and patterns that documents
// use, so that a change of one of these shows.
var edges = []string{
	"", " ", "a", "0", "x y", "null", "\u0000", "é", "\u2028", "\ufffd", "日本", "😀", strings.Repeat("a", 300),
	"a@b.io", "a@b", "A.b+c@sub.example.com", "a@", "@b.io", "a b@c.io", "Bob <bob@x.io>", `"a b"@c.io`, `"a@b"@c.io`, `""@c.io`, "a@b@c.io",
	".a@b.io", "a.@b.io", "a..b@c.io", "a@-b.io", "a@b-.io", "a@[127.0.0.1]", "a@[IPv6:::1]", "a@[::1]", "ä@b.io", "a@bücher.example", "a@b.io ", "a@b_c.io",
	strings.Repeat("a", 64) + "@b.io", strings.Repeat("a", 65) + "@b.io", "a@" + strings.Repeat("b", 64) + ".io",
	"https://example.com", "https://example.com/a?b=c#d", "http://example.com/x.pdf", "HTTPS://example.com/x.pdf", "https://", "https:///x", "https:x",
	"https://example.com/a b", "https://example.com/<a>", `https://example.com/"`, "https://example.com/%zz", "https://example.com/%20",
	"https://user:pw@example.com/", "https://[::1]:8443/x", "https://[::1", "https://example.com:99999/", "https://example.com:x/",
	"https://exa mple.com/", "https://münchen.example/", "//example.com/x", "/relative", "mailto:a@b.io", "urn:isbn:0451450523", "ftp://example.com/x",
	"com.example.app:/signed", "myapp:done", "myapp:", "https://example.com/\n", "https://example.com/|", "https://example.com/[x]", "https://example.com/a{b}",
	"+436508021530", "436508021530", "0436508021530", "+0436508", "++43650", "+4", "+43", "43", "+123456789012345", "+1234567890123456",
	"+43 650 802", "+43650\n", "٤٣٦٥٠", "tel:+43650",
	"2025-07-30T08:55:52Z", "2025-07-30t08:55:52z", "1998-12-31T23:59:60Z", "1998-12-31T22:59:60Z", "2025-02-30T00:00:00Z", "2025-07-30T08:55:52", "2025-07-30T08:55:52,5Z",
	"0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999-23:59", "2025-07-30", "2025-02-29", "2024-02-29", "2025-7-30",
	"123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-426614174000", "123e4567e89b12d3a456426614174000", "{123e4567-e89b-12d3-a456-426614174000}",
	".", "..", "a/b", "a?b#c", "%2e", "a%2Fb", "+", "&x=y",
}

// numbers are JSON numbers in unusual spellings or of unusual size.
var numbers = []string{
	"0", "-0", "1", "-1", "1.0", "1e2", "1E+2", "100e-2", "1.5", "-1.5", "0.1", "1e-7", "2147483647", "2147483648", "-2147483649",
	"9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "1e19", "1e300", "1e400", "1e-400",
}
