package authprovider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/umbrella-api/umbrella-go/internal/baseurl"
)

// Intercept returns a request editor that puts source's token on a request, for
// the option WithRequestEditorFn of a generated client:
//
//	api.NewClientWithResponses(server, api.WithRequestEditorFn(authprovider.Intercept(source)))
//
// It leaves an Authorization header alone that is already there, and refuses
// plain http to hosts other than loopback (see [WithInsecureHTTP]). Unlike
// [Transport] it sees neither answers nor redirects: a token that the API refuses
// stays in use until it expires or Invalidate is called, and an http.Client that
// follows redirects decides by its own rules which hosts get the header.
func Intercept(source TokenSource, opts ...Option) func(context.Context, *http.Request) error {
	o := newOptions(opts)
	return func(ctx context.Context, req *http.Request) error {
		if len(req.Header["Authorization"]) > 0 {
			return nil
		}
		if err := secure(req.URL, o.insecure); err != nil {
			return err
		}
		if source == nil {
			return errNoSource
		}
		token, err := source.Token(ctx)
		if err != nil {
			return err
		}
		return authorize(req, token)
	}
}

func secure(u *url.URL, insecure bool) error {
	if u == nil {
		return errors.New("authprovider: the request has no URL")
	}
	if u.Scheme == "https" || insecure || baseurl.Loopback(u) {
		return nil
	}
	return fmt.Errorf("authprovider: refusing to send the token over plain http to %q", u.Hostname())
}

func authorize(req *http.Request, token Token) error {
	if token.p == nil {
		return &Error{kind: ErrMalformed, reason: "the token source returned the zero Token and no error"}
	}
	if req.Header == nil {
		req.Header = http.Header{}
	}
	req.Header["Authorization"] = []string{token.p.header()}
	return nil
}
