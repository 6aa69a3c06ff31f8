package contract

import (
	"encoding/json"
	"net/http"
	"strings"
)

// StatusCode is the status with which a server refuses the request: 404, 405,
// 401, 413, 415 or 400, the first that applies. It is 500 for a response.
func (e *Error) StatusCode() int {
	if e.Direction == Response {
		return http.StatusInternalServerError
	}
	for _, refusal := range []struct {
		rule   string
		status int
	}{
		{"path", http.StatusNotFound},
		{"method", http.StatusMethodNotAllowed},
		{"security", http.StatusUnauthorized},
		{"size", http.StatusRequestEntityTooLarge},
		{"mediaType", http.StatusUnsupportedMediaType},
	} {
		for _, violation := range e.Violations {
			if violation.Rule == refusal.rule {
				return refusal.status
			}
		}
	}
	return http.StatusBadRequest
}

// Refuse answers the request with StatusCode and a JSON message, the vendor's
// own where it documents one. The violations are not in the answer.
func (e *Error) Refuse(w http.ResponseWriter) {
	if len(e.allow) > 0 {
		w.Header().Set("Allow", strings.Join(e.allow, ", "))
	}
	status := e.StatusCode()
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	message, special := map[int]string{
		http.StatusNotFound:              "Not found",
		http.StatusMethodNotAllowed:      "Method not allowed",
		http.StatusUnauthorized:          "Unauthorized request",
		http.StatusRequestEntityTooLarge: "Request body too large",
		http.StatusUnsupportedMediaType:  "Unsupported media type",
		http.StatusInternalServerError:   "response breaks the contract",
	}[status]
	if !special {
		message = "Invalid request payload"
	}
	writeMessage(w, status, message)
}

func refuse(w http.ResponseWriter, err error) {
	if e, ok := err.(*Error); ok {
		e.Refuse(w)
		return
	}
	writeMessage(w, http.StatusBadRequest, "Invalid request payload") // the body could not be read
}

func writeMessage(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
}
