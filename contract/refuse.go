package contract

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// refusals lists what a server answers to which rule, the first that applies.
var refusals = []struct {
	rule    string
	status  int
	message string
}{
	{"path", http.StatusNotFound, "Not found"},
	{"method", http.StatusMethodNotAllowed, "Method not allowed"},
	{"security", http.StatusUnauthorized, "Unauthorized request"},
	{"size", http.StatusRequestEntityTooLarge, "Request body too large"},
	{"mediaType", http.StatusUnsupportedMediaType, "Unsupported media type"},
}

func (e *Error) refusal() (status int, message string) {
	if e.Direction == Response {
		return http.StatusInternalServerError, "response breaks the contract"
	}
	for _, refusal := range refusals {
		if slices.ContainsFunc(e.Violations, func(v Violation) bool { return v.Rule == refusal.rule }) {
			return refusal.status, refusal.message
		}
	}
	return http.StatusBadRequest, "Invalid request payload"
}

// StatusCode is the status with which a server refuses the request: 404, 405,
// 401, 413, 415 or 400, the first that applies. It is 500 for a response.
func (e *Error) StatusCode() int {
	status, _ := e.refusal()
	return status
}

// Refuse answers the request with StatusCode and a JSON message, the vendor's
// own where it documents one. The violations are not in the answer.
func (e *Error) Refuse(w http.ResponseWriter) {
	status, message := e.refusal()
	if status == http.StatusMethodNotAllowed && len(e.allow) > 0 {
		w.Header().Set("Allow", strings.Join(e.allow, ", "))
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
}
