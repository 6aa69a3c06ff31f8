package format

const (
	minutesADay = 24 * 60

	errDateTime = failure("not an RFC 3339 date-time with a zone (2006-01-02T15:04:05Z)")
	errDate     = failure("not a date (2006-01-02)")
)

// Date reports whether s is a full-date of RFC 3339, a day of the calendar as
// 2006-01-02, from year 0000 to 9999.
func Date(s string) error {
	const shape = "dddd-dd-dd"
	if len(s) != len(shape) || !hasShape(s, shape) || !isDay(s) {
		return errDate
	}
	return nil
}

// DateTime reports whether s is an RFC 3339 date-time: a date of the calendar,
// a time and a zone ("Z" or an offset), with any number of fraction digits.
// "T" and "Z" may be lower case. Second 60 is accepted where a leap second can
// be, in the last minute of a UTC day, whatever the day: the published list of
// leap seconds is not consulted. JSON Schema judges the same way.
func DateTime(s string) error {
	// 2006-01-02T15:04:05 and a zone of at least one character.
	const shape = "dddd-dd-ddTdd:dd:dd"
	if len(s) <= len(shape) {
		return errDateTime
	}
	if !hasShape(s, shape) || !isDay(s) {
		return errDateTime
	}
	hour, minute, second := two(s[11:]), two(s[14:]), two(s[17:])
	if hour > 23 || minute > 59 || second > 60 {
		return errDateTime
	}

	zone := s[len(shape):]
	if zone[0] == '.' {
		n := 1
		for n < len(zone) && isDigit(zone[n]) {
			n++
		}
		if n == 1 {
			return errDateTime
		}
		zone = zone[n:]
	}
	offset, ok := offsetMinutes(zone)
	if !ok {
		return errDateTime
	}
	if second == 60 {
		utc := (hour*60 + minute - offset + minutesADay) % minutesADay
		if utc != minutesADay-1 {
			return errDateTime
		}
	}
	return nil
}

// hasShape reports whether s begins as shape says: d is a digit, T either case
// of the letter, anything else itself. s is at least as long as shape.
func hasShape(s, shape string) bool {
	for i := range len(shape) {
		ok := s[i] == shape[i]
		switch shape[i] {
		case 'd':
			ok = isDigit(s[i])
		case 'T':
			ok = s[i]|0x20 == 't'
		}
		if !ok {
			return false
		}
	}
	return true
}

// isDay reports whether the calendar has the day that s, dddd-dd-dd, begins with.
func isDay(s string) bool {
	year, month, day := two(s[0:])*100+two(s[2:]), two(s[5:]), two(s[8:])
	return 1 <= month && month <= 12 && 1 <= day && day <= daysIn(year, month)
}

// offsetMinutes reads "Z", "+hh:mm" or "-hh:mm".
func offsetMinutes(s string) (minutes int, ok bool) {
	if len(s) == 1 {
		return 0, s[0]|0x20 == 'z'
	}
	if len(s) != len("+hh:mm") || s[3] != ':' {
		return 0, false
	}
	for _, i := range [...]int{1, 2, 4, 5} {
		if !isDigit(s[i]) {
			return 0, false
		}
	}
	hour, minute := two(s[1:]), two(s[4:])
	if hour > 23 || minute > 59 {
		return 0, false
	}
	minutes = hour*60 + minute
	switch s[0] {
	case '+':
		return minutes, true
	case '-':
		return -minutes, true
	}
	return 0, false
}

// two reads the two digits that s begins with.
func two(s string) int { return int(s[0]-'0')*10 + int(s[1]-'0') }

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}
