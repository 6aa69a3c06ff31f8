package contract

import "net/http"

// Transport returns a RoundTripper that checks what goes through base, or
// through http.DefaultTransport when base is nil.
//
// A request that breaks the document is not sent, and an answer that breaks it
// is closed and withheld: RoundTrip returns an [*Error]. Such an answer may have
// had its effect, so for live calls prefer [WithReport], which changes nothing.
// An answer whose body cannot be read is passed on, to fail in the reader's
// hands as it would without this Transport.
//
// Everything below the base URL of a server of the document is checked. What goes
// elsewhere, such as the download of a file from a URL that an answer named, passes
// unjudged, as does POST /auth.
func (v *Validator) Transport(base http.RoundTripper) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport
	}
	return &transport{v: v, base: base}
}

type transport struct {
	v    *Validator
	base http.RoundTripper
}

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if t.v.isElsewhere(req) || t.v.isAuth(req) {
		return t.base.RoundTrip(req)
	}
	checked := req.WithContext(req.Context()) // its body is replaced, req's is not
	in, err := t.v.checkRequest(checked)
	if err != nil && !t.v.reported(err) {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	resp, err := t.base.RoundTrip(checked)
	if err != nil || resp == nil || in == nil {
		return resp, err
	}
	err = t.v.checkResponse(in, resp)
	if _, broken := err.(*Error); broken && !t.v.reported(err) {
		if resp.Body != nil {
			_ = resp.Body.Close()
		}
		return nil, err
	}
	return resp, nil
}

// CloseIdleConnections closes those of the base transport, if it can.
func (t *transport) CloseIdleConnections() {
	if base, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}
