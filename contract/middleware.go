package contract

import (
	"maps"
	"net/http"
)

// Middleware returns a handler that checks the requests to next and its
// responses.
//
// A request that breaks the document is answered by [Error.Refuse] and next is
// not called. A response of next is held back until it is checked; one that
// breaks the document is replaced by a 500 with a JSON message. With
// [WithReport] everything passes as it comes. A panic of next passes through.
func (v *Validator) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if v.isAuth(req) {
			next.ServeHTTP(w, req)
			return
		}
		in, err := v.checkRequest(req)
		if err != nil && !v.reported(err) {
			refuse(w, err)
			return
		}
		if in == nil {
			next.ServeHTTP(w, req)
			return
		}
		rec := &recorder{ResponseWriter: w, limit: v.maxBody, hold: v.report == nil}
		before := maps.Clone(w.Header())
		next.ServeHTTP(rec, req)
		if err := v.checkResponse(in, rec.response()); err != nil && !v.reported(err) {
			replaceHeader(w.Header(), before)
			refuse(w, err)
			return
		}
		rec.release()
	})
}

func replaceHeader(header, by http.Header) {
	clear(header)
	maps.Copy(header, by)
}
