package check
type Violation struct{ Path, Rule, Reason string }
type Violations struct{ list []Violation }
func (v *Violations) Empty() bool { return len(v.list) == 0 }
func (v *Violations) List() []Violation { return v.list }
