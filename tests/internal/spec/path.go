package spec

import "regexp"

var step = regexp.MustCompile(`\.[^.\[]+|\[[0-9]+\]`)

// Anonymous is a rule that is broken at a path, "path rule", with a * for each name
// in a map, as Broken has it, for the path of a judge that shows these names.
func (s *Schema) Anonymous(path, rule string) string {
	named := "$"
	steps := step.FindAllString(path, -1)
	for i, one := range steps {
		var next *Schema
		switch {
		case s == nil:
		case one[0] == '[':
			next = s.Items
		case s.Properties[one[1:]] != nil:
			next = s.Properties[one[1:]]
		case s.Additional != nil && !(rule == "required" && i == len(steps)-1): // that name is the document's
			next, one = s.Additional, ".*"
		}
		named, s = named+one, next
	}
	return named + " " + rule
}
