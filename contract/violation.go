package contract

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Direction tells a request from a response.
type Direction string

// The two directions of an exchange.
const (
	Request  Direction = "request"
	Response Direction = "response"
)

// Violation is one breach of the document. It holds no value of the traffic.
type Violation struct {
	Path   string `json:"path"`   // where: a JSONPath, or a place such as "$status"
	Rule   string `json:"rule"`   // which rule: a schema keyword, or a word such as "status"
	Reason string `json:"reason"` // what the document wants there
}

// Error is a request or a response that breaks the document. Its fields are
// those of [Report]. It wraps nothing, so that no value can be reached from it.
type Error struct {
	Operation  string      `json:"operation"`  // as in Report
	Direction  Direction   `json:"direction"`  // of the message
	Violations []Violation `json:"violations"` // the first 50, in the order of the document
	// Omitted is about how many more there are: 0 when Violations has them all.
	Omitted int `json:"omitted,omitempty"`

	allow []string // the methods of the path, after a wrong one
}

const (
	maxViolations = 50 // in an Error
	shown         = 5  // in its text
)

// Error implements error. It lists the first five violations.
func (e *Error) Error() string {
	subject := string(e.Direction)
	if e.Operation != "" {
		subject += " of " + e.Operation
	}
	var list []string
	for _, v := range e.Violations[:min(shown, len(e.Violations))] {
		list = append(list, v.Path+" "+v.Reason)
	}
	if more := len(e.Violations) + e.Omitted - len(list); more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	return fmt.Sprintf("contract: %s breaks the document: %s", subject, strings.Join(list, "; "))
}

// Discreet returns the text of Error. It tells package umbrella, whose errors
// repeat no text that they do not know to be free of values, that this one is.
func (e *Error) Discreet() string { return e.Error() }

// breach is the error for violations, or nil when there are none.
func breach(direction Direction, in *call, found []Violation, omitted int) error {
	if len(found) == 0 {
		return nil
	}
	name := cmp.Or(in.Route.Operation.OperationID, in.Route.Method+" "+in.Route.Path)
	kept := slices.Clone(found[:min(len(found), maxViolations)]) // and nothing of the rest
	return &Error{Operation: name, Direction: direction, Violations: kept, Omitted: omitted + len(found) - len(kept)}
}
