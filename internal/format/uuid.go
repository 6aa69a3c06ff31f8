package format

const errUUID = failure("not a UUID (hexadecimal digits in groups of 8-4-4-4-12)")

// UUID reports whether s is a UUID in the text form of RFC 4122: 32 hexadecimal
// digits of either case in groups of 8, 4, 4, 4 and 12. Any version and variant is
// one, the nil UUID too. Braces and the prefix urn:uuid: are not part of that form.
func UUID(s string) error {
	if len(s) != 36 {
		return errUUID
	}
	for i := range len(s) {
		ok := isHex(s[i])
		switch i {
		case 8, 13, 18, 23:
			ok = s[i] == '-'
		}
		if !ok {
			return errUUID
		}
	}
	return nil
}
