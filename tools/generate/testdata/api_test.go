package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/umbrella-api/umbrella-go/api"
)

func TestGrown_ParametersAreEscapedInTheDocumentsOrder(t *testing.T) {
	page, all := 7, false
	req, err := api.NewGetThingRequest("https://example.com/api/", "a/b?c", api.GetThingParamsKindLarge, &api.GetThingParams{
		All: &all, Type: api.LevelLow, Since: "2020-01-01", Page: &page, Tag: []api.GetThingParamsTag{api.GetThingParamsTagB, api.GetThingParamsTagA},
	})
	require.NoError(t, err)
	require.Equal(t, http.MethodGet, req.Method)
	require.Equal(t, "https://example.com/api/things/a%2Fb%3Fc/parts/large.json?page=7&tag=b&tag=a&since=2020-01-01&type=low&all=false", req.URL.String())
}

func TestGrown_RefusesPathsThatLeadElsewhere(t *testing.T) {
	for _, id := range []string{"", ".", ".."} {
		_, err := api.NewDeleteThingRequest("https://example.com/api/", id, "x")
		require.ErrorContains(t, err, "thingId")
	}
}

func TestGrown_RefusesToDropARequiredQueryParameter(t *testing.T) {
	_, err := api.NewGetThingRequest("https://example.com/api/", "a", api.GetThingParamsKindLarge, nil)
	require.ErrorContains(t, err, "params is nil")
	_, err = api.NewPutThingRequest("https://example.com/api/", 1, nil, api.Thing{})
	require.NoError(t, err, "its parameters are optional")
}
