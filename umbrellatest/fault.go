package umbrellatest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
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
	if err == nil && f.Path != "" && !m.serves(f.Path) {
		err = fmt.Errorf("the fault's path is not one of those that the mock serves, or it is %s", faultsPath)
	}
	if err != nil {
		return fmt.Errorf("umbrellatest: %w", err)
	}
	m.change(func() { m.faults = append(m.faults, &waiting[Fault]{fault: f, times: f.Times, every: f.Every}) })
	return nil
}

// serves reports whether there can be a fault for a path.
func (m *Mock) serves(path string) bool {
	if !strings.HasPrefix(path, controlPath) {
		path = m.basePath + path
	}
	return slices.ContainsFunc(methods, func(method string) bool {
		to := m.route(&http.Request{Method: method, URL: &url.URL{Path: path}})
		return to.template != "" && !to.sound
	})
}

// methods are those that a document can have operations for.
var methods = []string{
	http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch,
	http.MethodDelete, http.MethodHead, http.MethodOptions, http.MethodTrace,
}

func (f Fault) check() error {
	nothing := Fault{Path: f.Path, Times: f.Times, Every: f.Every, AfterProcessing: f.AfterProcessing}
	return join(
		problem{f == nothing, "the fault does nothing"},
		problem{f.Status != 0 && (f.Status < 200 || f.Status > 599), "the fault's status is not between 200 and 599"},
		problem{f.Message != "" && f.Status == 0, "the fault has a message without a status"},
		problem{min(int64(f.Times), int64(f.Every), int64(f.DelayHeader), int64(f.DelayBody), f.Oversize) < 0, "a number of the fault is negative"},
		problem{strings.ContainsAny(f.RetryAfter+f.MediaType, "\r\n\x00"), "a header of the fault has a line break"},
	)
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
	control := strings.HasPrefix(r.URL.Path, controlPath)
	return m.faults.take(func(f Fault) bool {
		return f.Path == "" && !control || f.Path == r.URL.Path || f.Path == template
	})
}
