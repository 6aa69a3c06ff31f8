package umbrellatest

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/contract"
)

// Fault is a failure on purpose. It says which requests it is for and what they
// get; fields combine. A fault with Status, Unsuccessful or Reset keeps the request from being
// processed: no session is opened and no token issued, unless AfterProcessing.
// All other faults change the answer to a request that is processed as usual.
type Fault struct {
	// Path is "/auth", an operation's path or its template, "/documents/{requestId}",
	// "/wizard/{token}" or a control endpoint; "" is any but the control endpoints.
	Path  string
	Times int // how many requests it is for; 0 is 1, or with Every all
	Every int // only every n-th request that Path selects; 0 is each

	// AfterProcessing processes the request first: with Reset, Status or a long
	// DelayHeader the client loses the answer while the session exists.
	AfterProcessing bool

	// Status is from 200 to 599. The body is as the document says, if it has the
	// status for the operation, and else JSON with the status in words.
	Status     int
	Message    string // of a JSON body in place of that one
	RetryAfter string // the header as it is to be sent, seconds or an HTTP date

	DelayHeader time.Duration // before the first byte of the answer
	DelayBody   time.Duration // in the middle of the body
	Reset       bool          // no answer but a TCP reset; on HTTP/2, of the stream
	Truncate    bool          // the connection ends in the middle of the body
	Malformed   bool          // the JSON lacks its end
	MediaType   string        // in place of application/json
	Oversize    int64         // white space up to this many bytes follows the JSON
	Break       bool          // 200 with {}, which the document does not allow

	Unsuccessful bool // 200 with {"status": false}; like Status, it keeps a session from being opened
	Expired      bool // the session that is opened has expired already
	PDFMissing   bool // the session that is opened finds no PDF at docUrl, so that signing fails
	Pending      bool // getVerification answers as before the session's end; with Times, so many polls
}

// pending is a fault that waits for its requests.
type pending struct {
	Fault
	seen, fired int
}

// Inject adds a fault. One request gets one fault: of those that are due, the
// one that was injected first. The error says what makes the fault impossible.
func (m *Mock) Inject(f Fault) error {
	if err := f.check(); err != nil {
		return fmt.Errorf("umbrellatest: %w", err)
	}
	if f.Path != "" && !m.serves(f.Path) {
		return errors.New("umbrellatest: the fault's path is not one of those that the mock serves, or it is /__mock/faults")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults = append(m.faults, &pending{Fault: f})
	m.stats.Controls++
	return nil
}

func (m *Mock) serves(path string) bool {
	if strings.HasPrefix(path, controlPath) {
		return path != faultsPath && m.controls(path) // that endpoint has to undo faults
	}
	r := &http.Request{Method: http.MethodPost, URL: &url.URL{Path: path}}
	var found *contract.Error
	unknown := errors.As(m.contract.ValidateRequest(r), &found) && found.StatusCode() == http.StatusNotFound
	return path == "/auth" || strings.HasPrefix(path, documentPath) || strings.HasPrefix(path, wizardPath) || !unknown
}

func (f Fault) check() error {
	var errs []error
	if f == (Fault{Path: f.Path, Times: f.Times, Every: f.Every, AfterProcessing: f.AfterProcessing}) {
		errs = append(errs, errors.New("the fault does nothing"))
	}
	if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		errs = append(errs, errors.New("the fault's status is not between 200 and 599"))
	}
	if f.Message != "" && f.Status == 0 {
		errs = append(errs, errors.New("the fault has a message without a status"))
	}
	if f.Times < 0 || f.Every < 0 || f.DelayHeader < 0 || f.DelayBody < 0 || f.Oversize < 0 {
		errs = append(errs, errors.New("a number of the fault is negative"))
	}
	if strings.ContainsAny(f.RetryAfter+f.MediaType, "\r\n\x00") {
		errs = append(errs, errors.New("a header of the fault has a line break"))
	}
	return errors.Join(errs...)
}

// fault picks the fault for r, a request for the path template: that of its
// header, or of Inject.
func (m *Mock) fault(r *http.Request, template string) Fault {
	if values := r.Header.Values(faultHeader); len(values) > 0 && !m.noControl {
		f, err := parseFault(strings.Join(values, ";"))
		if err != nil {
			return Fault{Status: http.StatusBadRequest, Message: faultHeader + ": " + err.Error()}
		}
		return f
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var due *pending
	for _, p := range m.faults {
		anything := p.Path == "" && !strings.HasPrefix(r.URL.Path, controlPath)
		if !anything && p.Path != r.URL.Path && p.Path != template {
			continue
		}
		p.seen++
		if due == nil && (p.Every == 0 || p.seen%p.Every == 0) {
			due = p
		}
	}
	if due == nil {
		return Fault{}
	}
	due.fired++
	if due.fired == due.Times || due.Times == 0 && due.Every == 0 {
		m.faults = slices.DeleteFunc(m.faults, func(p *pending) bool { return p == due })
	}
	return due.Fault
}
