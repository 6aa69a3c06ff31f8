package contract

// Report is what the callback of [WithReport] gets: the violations of one
// request or response, in the order of the document, each place and rule once.
type Report struct {
	// Operation is the operationId, or method and path template where the
	// document has none, and empty when no operation was found.
	Operation  string      `json:"operation"`
	Direction  Direction   `json:"direction"`         // of the message
	Violations []Violation `json:"violations"`        // as in Error
	Omitted    int         `json:"omitted,omitempty"` // as in Error
}

// reported says whether there is a callback of WithReport, which has then got
// err. A body that could not be read is no breach: its next reader sees why.
func (v *Validator) reported(err error) bool {
	if e, ok := err.(*Error); ok && v.report != nil {
		v.report(Report{Operation: e.Operation, Direction: e.Direction, Violations: e.Violations, Omitted: e.Omitted})
	}
	return v.report != nil
}
