package contract

import (
	"bytes"
	"io"
	"net/http"
)

// recorder keeps as much of a response as is checked, and sends it on at once
// or, with hold, when it is released.
type recorder struct {
	http.ResponseWriter
	limit  int64
	hold   bool
	status int
	header http.Header // as of WriteHeader
	body   bytes.Buffer
}

func (r *recorder) WriteHeader(status int) {
	final := status >= 200 || status == http.StatusSwitchingProtocols
	if final && r.status == 0 {
		r.status, r.header = status, r.Header().Clone()
	}
	if !r.hold {
		r.ResponseWriter.WriteHeader(status)
	}
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.WriteHeader(http.StatusOK)
	}
	if room := r.limit + 1 - int64(r.body.Len()); room > 0 {
		r.body.Write(p[:min(int64(len(p)), room)])
	}
	if r.hold {
		return len(p), nil
	}
	return r.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController flush what is not held back.
func (r *recorder) Unwrap() http.ResponseWriter {
	if r.hold {
		return nil
	}
	return r.ResponseWriter
}

// Flush keeps handlers that want an http.Flusher working.
func (r *recorder) Flush() {
	if !r.hold {
		_ = http.NewResponseController(r.ResponseWriter).Flush()
	}
}

func (r *recorder) response() *http.Response {
	if r.status == 0 {
		r.status, r.header = http.StatusOK, r.Header().Clone()
	}
	return &http.Response{StatusCode: r.status, Header: r.header, Body: io.NopCloser(bytes.NewReader(r.body.Bytes()))}
}

func (r *recorder) release() {
	if !r.hold {
		return
	}
	replaceHeader(r.Header(), r.header)
	r.ResponseWriter.WriteHeader(r.status)
	_, _ = r.ResponseWriter.Write(r.body.Bytes())
}
