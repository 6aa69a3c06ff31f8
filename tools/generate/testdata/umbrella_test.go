package umbrella

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/umbrella-api/umbrella-go/api"
)

const grownServer = "https://example.com/api/"

// The request builders and those of package api make the same requests.
func TestGrown_RequestsAreThoseOfPackageAPI(t *testing.T) {
	page, dry := 7, true
	params := &api.GetThingParams{Page: &page, Since: "2020-01-01", Type: api.LevelHigh, Tag: []api.GetThingParamsTag{"a", "b"}}
	thing := api.Thing{Name: "n", Zeta: "z", Level: api.LevelLow}
	for name, requests := range map[string]func() (ours, theirs *http.Request, errs [2]error){
		"getThing": func() (ours, theirs *http.Request, errs [2]error) {
			ours, errs[0] = requestGetThing(t.Context(), grownServer, &getThingInput{thingID: "ü/..", kind: "small", since: "2020-01-01", typeParam: api.LevelHigh, params: params})
			theirs, errs[1] = api.NewGetThingRequest(grownServer, "ü/..", "small", params)
			return
		},
		"deleteThing": func() (ours, theirs *http.Request, errs [2]error) {
			ours, errs[0] = requestDeleteThing(t.Context(), grownServer, &deleteThingInput{thingID: "a", kind: "b"})
			theirs, errs[1] = api.NewDeleteThingRequest(grownServer, "a", "b")
			return
		},
		"putThing": func() (ours, theirs *http.Request, errs [2]error) {
			ours, errs[0] = requestPutThing(t.Context(), grownServer, &putThingInput{thingID: 5, params: &api.PutThingParams{DryRun: &dry}, body: thing})
			theirs, errs[1] = api.NewPutThingRequest(grownServer, 5, &api.PutThingParams{DryRun: &dry}, thing)
			return
		},
		"setLabels": func() (ours, theirs *http.Request, errs [2]error) {
			ours, errs[0] = requestSetLabels(t.Context(), grownServer, &api.Labels{"a": "b"})
			theirs, errs[1] = api.NewSetLabelsRequest(grownServer, api.Labels{"a": "b"})
			return
		},
	} {
		ours, theirs, errs := requests()
		require.Equal(t, [2]error{}, errs, name)
		require.Equal(t, theirs.Method, ours.Method, name)
		require.Equal(t, theirs.URL.String(), ours.URL.String(), name)
		require.Equal(t, theirs.Header, ours.Header, name)
		require.Equal(t, grownBody(t, theirs), grownBody(t, ours), name)
	}
}

func grownBody(t *testing.T, req *http.Request) string {
	t.Helper()
	if req.Body == nil {
		return ""
	}
	data, err := io.ReadAll(req.Body)
	require.NoError(t, err)
	return string(data)
}

func TestGrown_OptionalQueryParametersMayBeNil(t *testing.T) {
	req, err := requestGetThing(t.Context(), grownServer, &getThingInput{thingID: "a", kind: "large", since: "s", typeParam: "low"})
	require.NoError(t, err)
	require.Equal(t, grownServer+"things/a/parts/large.json?since=s&type=low", req.URL.String())
}

func TestGrown_RefusesPathsThatLeadElsewhere(t *testing.T) {
	for _, id := range []string{"", ".", ".."} {
		_, err := requestDeleteThing(t.Context(), grownServer, &deleteThingInput{thingID: id, kind: "x"})
		require.ErrorContains(t, err, "thingId")
	}
}

// These are the signatures that users write against.
var (
	_ func(*Client, context.Context, string, api.GetThingParamsKind, string, api.Level, *api.GetThingParams, ...api.RequestEditorFn) (*api.Thing, error) = (*Client).GetThing
	_ func(*Client, context.Context, string, string, ...api.RequestEditorFn) error                                                                       = (*Client).DeleteThing
	_ func(*Client, context.Context, int64, *api.PutThingParams, api.Thing, ...api.RequestEditorFn) (*api.Thing, error)                                  = (*Client).PutThing
	_ func(*Client, context.Context, api.Labels, ...api.RequestEditorFn) (api.Labels, error)                                                             = (*Client).SetLabels
)

func TestGrown_OperationsSayWhatTheDocumentSays(t *testing.T) {
	require.Equal(t, endpoint{"deleteThing", http.MethodDelete, "/things/{thingId}/parts/{kind}.json"}, deleteThing.endpoint)
	require.Equal(t, http.StatusNoContent, deleteThing.status)
	require.Nil(t, deleteThing.read)
	require.Equal(t, http.StatusCreated, putThing.status)
	require.Subset(t, endpoints, []*endpoint{&createSessionLink.endpoint, &getThing.endpoint, &deleteThing.endpoint, &putThing.endpoint, &setLabels.endpoint})
	require.Subset(t, documentedMessages, []string{"Invalid request payload", "It is in use", "There is no such thing"})
}
