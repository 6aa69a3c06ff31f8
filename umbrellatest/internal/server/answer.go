package server

import (
	"io"
	"net/http"
)

// RawAnswer is a complete answer to any operation: a status and a JSON body, "" for
// none.
type RawAnswer struct {
	Status int
	Body   string
}

// Write sends the answer.
func (a RawAnswer) Write(w http.ResponseWriter) error {
	if a.Body == "" {
		w.WriteHeader(a.Status)
		return nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.Status)
	_, err := io.WriteString(w, a.Body)
	return err
}

// OperationInfo is what the mock knows of an operation of the document.
type OperationInfo struct {
	// Serve decodes the request and calls the method of the operation.
	Serve func(*ServerInterfaceWrapper, http.ResponseWriter, *http.Request)
	// Names has those path parameters that Serve knows by another name.
	Names map[string]string
	// Answers has the documented answers by status.
	Answers map[int]string
}

// Documented returns the documented answer of that status, if there is one.
func (o OperationInfo) Documented(status int) (RawAnswer, bool) {
	body, ok := o.Answers[status]
	return RawAnswer{status, body}, ok
}
