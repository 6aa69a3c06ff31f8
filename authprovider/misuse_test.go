package authprovider_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/authprovider"
)

func TestMisuse_IsAnErrorAndNoPanic(t *testing.T) {
	const server = "http://127.0.0.1:1"
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server, http.NoBody)
	require.NoError(t, err)
	source, err := authprovider.NewAPIKeySource(server, "key", "customer", nil)
	require.NoError(t, err, "a nil option changes nothing")

	var noContext context.Context
	_, err = source.Token(noContext)
	require.ErrorContains(t, err, "the context is nil")

	var zero authprovider.APIKeySource
	_, err = zero.Token(t.Context())
	require.ErrorContains(t, err, "not made with NewAPIKeySource")
	zero.Invalidate(authprovider.Token{})
	require.NoError(t, zero.Close())

	require.ErrorContains(t, authprovider.Intercept(nil)(t.Context(), req), "the token source is nil")
	_, err = authprovider.NewTransport(server, nil, nil)
	require.ErrorContains(t, err, "the token source is nil")
	_, err = new(authprovider.Transport).RoundTrip(req)
	require.ErrorContains(t, err, "not made with NewTransport")
}
