package bench

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/umbrella-api/umbrella-go/authprovider"
)

var errNoToken = errors.New("not the expected token")

// check is what a caller does at least: look at the error and at the token.
func check(token string, err error) error {
	if err == nil && token != bearer {
		return errNoToken
	}
	return err
}

// sources are the contestants for handing out a token that is cached and fresh.
// The first is the limit: a pointer and an expiry check.
var sources = []struct {
	name string
	make func(testing.TB) func(context.Context) error
}{
	{"atomic", func(testing.TB) func(context.Context) error {
		type token struct {
			value  string
			expiry time.Time
		}
		var current atomic.Pointer[token]
		current.Store(&token{bearer, time.Now().Add(time.Hour)})
		return func(context.Context) error {
			t := current.Load()
			if t == nil || !time.Now().Before(t.expiry) {
				return errNoToken
			}
			return check(t.value, nil)
		}
	}},
	{"ours", func(tb testing.TB) func(context.Context) error {
		source, err := authprovider.NewAPIKeySource(memoryURL, apiKey, customerID,
			authprovider.WithHTTPClient(&http.Client{Transport: memory{}}))
		if err != nil {
			tb.Fatal(err)
		}
		return func(ctx context.Context) error {
			t, err := source.Token(ctx)
			return check(t.AccessToken(), err)
		}
	}},
	{"oauth2", func(testing.TB) func(context.Context) error {
		source := oauth2.ReuseTokenSource(nil, oauth2Source{})
		return func(context.Context) error {
			t, err := source.Token()
			if err != nil {
				return err
			}
			return check(t.AccessToken, nil)
		}
	}},
}

type oauth2Source struct{}

func (oauth2Source) Token() (*oauth2.Token, error) {
	return &oauth2.Token{AccessToken: bearer, TokenType: "Bearer", Expiry: time.Now().Add(time.Hour)}, nil
}

func TestTokenSourcesAgree(t *testing.T) {
	for _, s := range sources {
		t.Run(s.name, func(t *testing.T) {
			token := s.make(t)
			for range 3 {
				if err := token(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkToken is one look at a cached, fresh token.
func BenchmarkToken(b *testing.B) {
	for _, mode := range modes {
		for _, s := range sources {
			b.Run("mode="+mode+"/source="+s.name, func(b *testing.B) {
				measure(b, mode, s.make(b))
			})
		}
	}
}
