package contract_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/contract"
)

func TestRoute_GivesTemplateAndUnescapedValues(t *testing.T) {
	v, err := contract.NewFromDocument([]byte(shop), contract.WithServer("/base"))
	require.NoError(t, err)
	for request, want := range map[string]struct {
		template string
		values   map[string]string
	}{
		"GET /base/orders?limit=5":                          {"/orders", map[string]string{}},
		"DELETE /base/orders/x":                             {"/orders/{id}", map[string]string{"id": "x"}},
		"GET /base/files/a%2Fb%20%2541/versions/2024-02-29": {"/files/{name}/versions/{day}", map[string]string{"name": "a/b %41", "day": "2024-02-29"}},
	} {
		method, url, _ := strings.Cut(request, " ")
		template, values, ok := v.Route(httptest.NewRequest(method, url, nil))
		require.True(t, ok, request)
		require.Equal(t, want.template, template)
		require.Equal(t, want.values, values)
	}
	for _, request := range []string{"PUT /base/orders", "GET /orders", "GET /base/orders/"} {
		method, url, _ := strings.Cut(request, " ")
		_, _, ok := v.Route(httptest.NewRequest(method, url, nil))
		require.False(t, ok, request)
	}
}
