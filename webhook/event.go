package webhook

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// Status is the state of a session as an event tells it: one of the constants (upstream's
// documentation; that Umbrella passes them on is inference), or another: take that for "not yet".
type Status string

// The statuses that upstream's documentation names, the last two as older ones.
const (
	StatusCreated           Status = "CREATED"
	StatusRunning           Status = "RUNNING"
	StatusCompleted         Status = "COMPLETED"
	StatusExpired           Status = "EXPIRED"
	StatusFailed            Status = "FAILED"
	StatusCancelled         Status = "CANCELLED"
	StatusUserCancelled     Status = "USER_CANCELLED"
	StatusOperatorCancelled Status = "OPERATOR_CANCELLED"
)

var (
	types    = []string{"STATUS_UPDATE", "STATUS_UPDATE_ACTOR", "STATUS_UPDATE_STEP"}
	statuses = []Status{
		StatusCreated, StatusRunning, StatusCompleted, StatusExpired, StatusFailed, StatusCancelled,
		StatusUserCancelled, StatusOperatorCancelled,
	}
)

// Event is what one request said. Umbrella documents no payload: the fields follow the service behind
// it (inference), any of them can be empty, and [Event.Raw] has what came.
//
// fmt and slog show the time, ids that look like ids, and the types and statuses that upstream names,
// but no body. JSON has the fields as they came, and no body either.
type Event struct {
	ID   string // of this notification; that it is the same in a repeat is inference
	Type string // upstream: STATUS_UPDATE, STATUS_UPDATE_ACTOR, STATUS_UPDATE_STEP, and more may come

	// RequestID is the id of the session: what createSessionLink calls requestId. It is taken from
	// request.requestId (upstream), requestId, sessionId or data.requestId (guesses), in this order.
	RequestID string

	Status    Status    // of the session, in upper case: getVerification's example has it in lower case
	CreatedAt time.Time // of the notification; zero if it is not told or no RFC 3339 time

	raw func() []byte // a closure: printers follow pointers past unexported fields, but no functions
}

// Raw returns a copy of the request's body. It can hold personal data.
func (e Event) Raw() []byte {
	if e.raw == nil {
		return nil
	}
	return e.raw()
}

type session struct {
	RequestID string `json:"requestId"`
	SessionID string `json:"sessionId"`
	Status    string `json:"status"`
}

func parse(body []byte) Event {
	var in struct {
		ID        string  `json:"id"`
		Type      string  `json:"type"`
		CreatedAt string  `json:"createdAt"`
		Request   session `json:"request"`
		Data      session `json:"data"`
		session
	}
	// Of a body that is not JSON nothing is found, and a member of another type is passed over.
	_ = json.Unmarshal(body, &in)
	e := Event{
		ID:        in.ID,
		Type:      in.Type,
		RequestID: cmp.Or(in.Request.RequestID, in.RequestID, in.SessionID, in.Data.RequestID),
		Status:    Status(strings.ToUpper(cmp.Or(in.Request.Status, in.Status, in.Data.Status))),
		raw:       func() []byte { return bytes.Clone(body) },
	}
	e.CreatedAt, _ = time.Parse(time.RFC3339, in.CreatedAt)
	return e
}

// String returns the event in one line, without personal data.
func (e Event) String() string { return fmt.Sprintf("webhook.Event%v", e.attrs()) }

// Format implements fmt.Formatter: every verb prints what String returns.
func (e Event) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.String()) }

// LogValue implements slog.LogValuer with the parts of String.
func (e Event) LogValue() slog.Value { return slog.GroupValue(e.attrs()...) }

func (e Event) attrs() []slog.Attr {
	return []slog.Attr{
		slog.String("id", shown(e.ID, idLike(e.ID))),
		slog.String("requestId", shown(e.RequestID, idLike(e.RequestID))),
		slog.String("type", shown(e.Type, slices.Contains(types, e.Type))),
		slog.String("status", shown(string(e.Status), slices.Contains(statuses, e.Status))),
		slog.Time("createdAt", e.CreatedAt),
	}
}

func shown(s string, allowed bool) string {
	if s == "" || allowed {
		return s
	}
	return "(not shown)"
}

// idLike reports whether s is an id rather than a name, an e-mail address or a phone number.
func idLike(s string) bool {
	const letters, digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
	return len(s) <= 64 && strings.Trim(s, letters+digits+"-_") == "" &&
		strings.ContainsAny(s, letters) && strings.ContainsAny(s, digits)
}
