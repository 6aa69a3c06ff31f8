package umbrella_test

import (
	"context"
	"errors"
	"fmt"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
)

// sessions is the part of a Client that the code under test calls.
type sessions interface {
	CreateSessionLink(ctx context.Context, req api.CreateSessionLinkRequest, editors ...api.RequestEditorFn) (*api.SessionLink, error)
}

var _ sessions = (*umbrella.Client)(nil)

// offer is the code under test.
func offer(ctx context.Context, s sessions, email string) string {
	link, err := s.CreateSessionLink(ctx, api.CreateSessionLinkRequest{Email: email})
	var failure *umbrella.Error
	switch {
	case err == nil:
		return "sign at " + link.URL
	case errors.As(err, &failure) && failure.MaybeProcessed:
		return "we will be in touch"
	}
	return "try again"
}

// fake answers as a test wants.
type fake struct {
	link *api.SessionLink
	err  error
}

func (f fake) CreateSessionLink(context.Context, api.CreateSessionLinkRequest, ...api.RequestEditorFn) (*api.SessionLink, error) {
	return f.link, f.err
}

// A fake for tests of one's own that need no HTTP. For all others there is package
// umbrellatest.
func ExampleClient_fake() {
	ctx := context.Background()
	fmt.Println(offer(ctx, fake{link: &api.SessionLink{URL: "https://wizard.example/1"}}, "user@example.com"))
	fmt.Println(offer(ctx, fake{err: &umbrella.Error{StatusCode: 503, MaybeProcessed: true}}, "user@example.com"))
	fmt.Println(offer(ctx, fake{err: &umbrella.Error{StatusCode: 429}}, "user@example.com"))
	// Output:
	// sign at https://wizard.example/1
	// we will be in touch
	// try again
}
