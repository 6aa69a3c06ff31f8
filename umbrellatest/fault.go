package umbrellatest

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/fault"
)

const faultHeader = "Umbrella-Mock-Fault"

// Fault is a failure on purpose. It says which requests it is for and what they
// get; fields combine. A fault with Status, Unsuccessful or Reset keeps the request from being
// processed: no session is opened and no token issued, unless AfterProcessing.
// All other faults change the answer to a request that is processed as usual. The
// tags are the names of the fields in the header and in JSON.
type Fault struct {
	// Path is "/auth", an operation's path or its template, "/documents/{requestId}",
	// "/wizard/{token}" or a control endpoint; "" is any but the control endpoints.
	// A fault with Expired, PDFMissing or Pending is for its one operation in any case,
	// and for requests that are not refused.
	Path  string `fault:"path"`
	Times int    `fault:"times"` // how many requests it is for; 0 is 1, or with Every all
	Every int    `fault:"every"` // only every n-th request that Path selects; 0 is each

	// AfterProcessing processes the request first: with Reset, Status or a long
	// DelayHeader the client loses the answer while the session exists.
	AfterProcessing bool `fault:"after-processing"`

	// Status is from 200 to 599. The body is as the document says, if it has the
	// status for the operation, and else JSON with the status in words.
	Status     int    `fault:"status"`
	Message    string `fault:"message"`     // of a JSON body in place of that one
	RetryAfter string `fault:"retry-after"` // the header as it is to be sent, seconds or an HTTP date

	DelayHeader time.Duration `fault:"delay"`      // before the first byte of the answer
	DelayBody   time.Duration `fault:"delay-body"` // in the middle of the body
	Reset       bool          `fault:"reset"`      // no answer but a TCP reset; on HTTP/2, of the stream
	Truncate    bool          `fault:"truncate"`   // the connection ends in the middle of the body
	Malformed   bool          `fault:"malformed"`  // the JSON lacks its end
	MediaType   string        `fault:"media-type"` // in place of application/json
	Oversize    int64         `fault:"oversize"`   // white space up to this many bytes follows the JSON
	Break       bool          `fault:"break"`      // 200 with {}, which the document does not allow

	Unsuccessful bool `fault:"unsuccessful"` // 200 with {"status": false}; like Status, it keeps a session from being opened
	Expired      bool `fault:"expired"`      // the session that is opened has expired already
	PDFMissing   bool `fault:"pdf-missing"`  // the session that is opened finds no PDF at docUrl, so that signing fails
	Pending      bool `fault:"pending"`      // getVerification answers as before the session's end; with Times, so many polls
}

// Inject adds a fault. One request gets one fault: of those that are due, the
// one that was injected first. The error says what makes the fault impossible.
func (m *Mock) Inject(f Fault) error {
	err := f.check()
	if err == nil && f.Path != "" && !m.serves(f) {
		err = fmt.Errorf("the fault's path %.60q is not one that the mock serves, or not of the operation that the fault is for, or it is %s", f.Path, faultsPath)
	}
	if err != nil {
		return fmt.Errorf("umbrellatest: %w", err)
	}
	m.change(func() { m.faults.Add(f, f.Times, f.Every) })
	return nil
}

// serves reports whether there can be a request that f is for.
func (m *Mock) serves(f Fault) bool {
	path := f.Path
	if !strings.HasPrefix(path, controlPath) {
		path = m.basePath + path
	}
	methods := []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"} // that a document can have
	return slices.ContainsFunc(methods, func(method string) bool {
		r := &http.Request{Method: method, URL: &url.URL{Path: path}}
		to := m.route(r)
		return to.template != "" && !to.sound && f.isFor(r, to.template)
	})
}

func (f Fault) check() error {
	nothing := Fault{Path: f.Path, Times: f.Times, Every: f.Every, AfterProcessing: f.AfterProcessing}
	return errors.Join(
		when(f == nothing, "the fault does nothing"),
		when(f.Status != 0 && (f.Status < 200 || f.Status > 599), "the fault's status is not between 200 and 599"),
		when(f.Pending && (f.Expired || f.PDFMissing), "the fault is for two operations: pending for getVerification, the rest for createSessionLink"),
		when(f.Message != "" && f.Status == 0, "the fault has a message without a status"),
		when(min(int64(f.Times), int64(f.Every), int64(f.DelayHeader), int64(f.DelayBody), f.Oversize) < 0, "a number of the fault is negative"),
		when(strings.ContainsAny(f.RetryAfter+f.MediaType, "\r\n\x00"), "a header of the fault has a line break"),
	)
}

// takeFault gives a the fault for r: that of its header, or of Inject.
func (m *Mock) takeFault(a *answer, r *http.Request) {
	if values := r.Header.Values(faultHeader); len(values) > 0 && !m.noControl {
		if err := cmp.Or(fault.FromHeader(strings.Join(values, ";"), &a.fault), a.fault.check(), a.fault.checkFor(r, a.template)); err != nil {
			a.fault, a.serve = Fault{}, func(a *answer, _ *http.Request) { a.RefuseHeader(faultHeader, err.Error()) }
		}
		return
	}
	m.mu.Lock()
	waits := m.faults.Has(Fault.changesOperation)
	m.mu.Unlock()
	processed := waits && m.wouldProcess(a, r)
	m.mu.Lock()
	defer m.mu.Unlock()
	a.fault = m.faults.Take(func(f Fault) bool { return f.isFor(r, a.template) && (processed || !f.changesOperation()) })
}

// changesOperation reports whether f is for one operation, and so for requests that get
// as far: others do not use it up.
func (f Fault) changesOperation() bool { return f.Expired || f.PDFMissing || f.Pending }

// checkFor says that f cannot act on r, a request for the path template.
func (f Fault) checkFor(r *http.Request, template string) error {
	operation := r.Method + " " + template
	return when((f.Expired || f.PDFMissing) && operation != "POST /onboarding/createSessionLink" ||
		f.Pending && operation != "GET /onboarding/getVerification/{sessionId}",
		"the fault is for another operation: pending for getVerification, expired and pdf-missing for createSessionLink")
}

// isFor reports whether r is one of the requests that f is for.
func (f Fault) isFor(r *http.Request, template string) bool {
	selected := f.Path == "" && !strings.HasPrefix(r.URL.Path, controlPath) || f.Path == r.URL.Path || f.Path == template
	return selected && f.checkFor(r, template) == nil
}

// UnmarshalJSON implements json.Unmarshaler with the field names of the package
// comment. Durations are strings such as "1.5s".
func (f *Fault) UnmarshalJSON(data []byte) error {
	*f = Fault{}
	return fault.FromJSON(data, f)
}

// EventFault is a delivery to the webhook that goes wrong on purpose. Fields combine.
// The tags are the names of the fields in JSON.
type EventFault struct {
	Status string `fault:"status"` // of the session in the events that it is for: "COMPLETED"; "" is any
	Times  int    `fault:"times"`  // how many events it is for; 0 is 1

	Drop        bool          `fault:"drop"`         // never delivered
	Twice       bool          `fault:"twice"`        // delivered once more after it was taken
	Late        time.Duration `fault:"late"`         // delivered so much later, while others go on
	Reorder     bool          `fault:"reorder"`      // of CREATED and RUNNING: delivered after the next event of its session
	Early       bool          `fault:"early"`        // of CREATED and RUNNING: delivered before createSessionLink answers
	WrongHeader bool          `fault:"wrong-header"` // the configured headers have the value "wrong"
	Garbage     bool          `fault:"garbage"`      // the body is no JSON
}

// InjectEvent adds a fault for events. One event gets one fault: of those that are
// for it, the one that was injected first. The error says what makes it impossible.
func (m *Mock) InjectEvent(f EventFault) error {
	all := []string{"", StatusCreated, StatusRunning, StatusCompleted, StatusFailed, StatusExpired, StatusCancelled}
	err := errors.Join(
		when(f == EventFault{Status: f.Status, Times: f.Times}, "the event fault does nothing"),
		when(f.Times < 0 || f.Late < 0, "a number of the event fault is negative"),
		when((f.Reorder || f.Early) && slices.Index(all, f.Status) > 2, "the event fault's reorder and early are not for a session's last event"),
		when(!slices.Contains(all, f.Status), fmt.Sprintf("the event fault's status is none of %q", all[1:])),
	)
	if err != nil {
		return fmt.Errorf("umbrellatest: %w", err)
	}
	m.change(func() { m.eventFaults.Add(f, f.Times, 0) })
	return nil
}

// UnmarshalJSON implements json.Unmarshaler as that of Fault does.
func (f *EventFault) UnmarshalJSON(data []byte) error {
	*f = EventFault{}
	return fault.FromJSON(data, f)
}
