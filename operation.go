package umbrella

import (
	"context"
	"net/http"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/internal/check"
)

// endpoint is what errors, log and retry rules know of an operation.
type endpoint struct{ id, method, path string }

// operation is what is particular to one operation of the document.
type operation[In, Out any] struct {
	endpoint
	status  int
	check   func(v *check.Violations, in In)
	request func(ctx context.Context, server string, in In) (*http.Request, error)
	read    func(data []byte) (Out, error)
}

func do[In, Out any](ctx context.Context, c *Client, op *operation[In, Out], in In, editors []api.RequestEditorFn) (Out, error) {
	panic("the lead's")
}
