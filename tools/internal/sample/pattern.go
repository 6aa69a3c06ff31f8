package sample

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// matches lists strings that the pattern may match, the short ones first, with up
// to length repetitions where it allows any number.
func matches(pattern string, length, n int) (texts []string) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil || pattern == "" {
		return nil
	}
	re = re.Simplify()
	for i := range n + 1 {
		for extra := range length + 1 {
			texts = append(texts, match(re, i, extra))
		}
	}
	return texts
}

// match writes a string that re matches: the i-th of alternatives, and extra
// repetitions where there may be more.
func match(re *syntax.Regexp, i, extra int) string {
	var text strings.Builder
	switch re.Op {
	case syntax.OpLiteral:
		return string(re.Rune)
	case syntax.OpCharClass:
		return string(pick(re.Rune, i))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return "x"
	case syntax.OpPlus:
		return strings.Repeat(match(re.Sub[0], i, extra), 1+extra)
	case syntax.OpStar:
		return strings.Repeat(match(re.Sub[0], i, extra), extra)
	case syntax.OpQuest: // Simplify nests them: (?:a(?:aa?)?)?
		if extra > 0 {
			return match(re.Sub[0], i, extra-1)
		}
	case syntax.OpAlternate:
		return match(re.Sub[i%len(re.Sub)], i, extra)
	case syntax.OpCapture, syntax.OpConcat:
		for _, sub := range re.Sub {
			text.WriteString(match(sub, i, extra))
		}
	}
	return text.String()
}

// pick is the i-th rune of a class among its letters and digits, else among what
// else can be printed.
func pick(class []rune, i int) rune {
	var printable []rune
	for at := 0; at < len(class); at += 2 {
		for r := max(class[at], ' '); r <= min(class[at+1], '~'); r++ {
			printable = append(printable, r)
		}
	}
	plain := slices.DeleteFunc(slices.Clone(printable), func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	switch {
	case len(plain) > 0:
		return plain[i%len(plain)]
	case len(printable) > 0:
		return printable[i%len(printable)]
	case len(class) > 0:
		return class[0]
	}
	return 'x' // nothing matches: the validator will say so
}
