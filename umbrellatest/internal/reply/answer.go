// Package reply has answers that are complete before their first byte leaves, so that a
// fault can still change them, or break them off on their way.
package reply

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	"github.com/umbrella-api/umbrella-go/contract"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
)

// ViolationsHeader tells, beside the body, why a request was refused.
const ViolationsHeader = "Umbrella-Mock-Violations"

// Answer is an answer to a request for an operation, or for nothing in the document.
type Answer struct {
	*httptest.ResponseRecorder
	Op         server.OperationInfo
	Violations []contract.Violation
}

// New returns an answer that has nothing in it.
func New(op server.OperationInfo) Answer {
	return Answer{ResponseRecorder: httptest.NewRecorder(), Op: op}
}

// JSON writes a value.
func JSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // to memory, or to a client that may leave
}

// Message writes an error that the document does not have.
func Message(w http.ResponseWriter, status int, message string) {
	JSON(w, status, map[string]string{"message": message})
}

// Clear makes the answer another one.
func (a *Answer) Clear() { a.ResponseRecorder, a.Violations = httptest.NewRecorder(), nil }

// Refuse answers as the document does, or with a message of package contract where it
// does not say.
func (a *Answer) Refuse(found *contract.Error) {
	found.Refuse(a)
	if documented, ok := a.Op.Documented(a.Code); ok {
		a.Body.Reset()
		a.Body.WriteString(documented.Body)
	}
	a.Explain(found.Violations)
}

// Breach refuses a request for one reason.
func (a *Answer) Breach(path, rule, reason string) {
	violations := []contract.Violation{{Path: path, Rule: rule, Reason: reason}}
	a.Refuse(&contract.Error{Direction: contract.Request, Violations: violations})
}

// RefuseHeader refuses a request for a header of the mock's own, with a message in the
// body, as the document has no such header.
func (a *Answer) RefuseHeader(name, reason string) {
	Message(a, http.StatusBadRequest, name+": "+reason)
	a.Explain([]contract.Violation{{Path: "$header." + name, Rule: "fault", Reason: reason}})
}

// Explain tells what was wrong.
func (a *Answer) Explain(violations []contract.Violation) {
	a.Violations = violations
	reasons, _ := json.Marshal(a.Violations) // three strings each: cannot fail
	a.Header().Set(ViolationsHeader, string(reasons))
}

// Allow refuses the methods that a path is not for.
func (a *Answer) Allow(r *http.Request, methods ...string) bool {
	if slices.Contains(methods, r.Method) {
		return true
	}
	a.Header().Set("Allow", strings.Join(methods, ", "))
	a.Breach("$method", "method", "must be "+strings.Join(methods, " or "))
	return false
}
