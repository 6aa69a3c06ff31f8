package authprovider_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/authprovider"
)

func TestToken_FreshCostsNoAllocation(t *testing.T) {
	source := sourceOver(t, &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return instantly("t"), nil })})
	get(t, source)
	ctx := context.Background()
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		if _, err := source.Token(ctx); err != nil {
			t.Fatal(err)
		}
	}))
	edit := authprovider.Intercept(source)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server, nil)
	require.NoError(t, err)
	require.LessOrEqual(t, testing.AllocsPerRun(1000, func() {
		clear(req.Header)
		if err := edit(ctx, req); err != nil || len(req.Header) != 1 {
			t.Fatal(err)
		}
	}), 1.0)
}
