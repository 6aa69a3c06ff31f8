package umbrella_test

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
)

func TestGetVerification_TakesWhatMayBeMissingNullOrNew(t *testing.T) {
	for name, tc := range map[string]struct {
		data, want string
	}{
		"nothing":                  {`{}`, `{}`},
		"nulls":                    {`{"isVerified":null,"status":null,"signature":null,"identification":null}`, `{}`},
		"nulls inside":             {`{"signature":{"content":[{"signedAt":null,"signedResource":null}]},"identification":{"personData":null,"idSelf":null}}`, `{"signature":{"content":[{}]},"identification":{}}`},
		"no list":                  {`{"signature":{"content":null}}`, `{"signature":{}}`},
		"a status of tomorrow":     {`{"status":"PARTLY_SIGNED"}`, `{"status":"PARTLY_SIGNED"}`},
		"an id that is no UUID":    {`{"requestId":"7"}`, `{"requestId":"7"}`},
		"members of tomorrow":      {`{"isVerified":true,"score":[1,{"a":null}],"identification":{"new":{}}}`, `{"isVerified":true,"identification":{}}`},
		"a URL that is not one":    {`{"signature":{"content":[{"signedResource":{"resourceUrl":"x y","urlValidBefore":"soon"}}]}}`, `{"signature":{"content":[{"signedResource":{"resourceUrl":"x y","urlValidBefore":"soon"}}]}}`},
		"metadata of any kind":     {`{"signature":{"content":[{"plainResource":{"metadata":{"a":[1]}}}]}}`, `{"signature":{"content":[{"plainResource":{"metadata":{"a":[1]}}}]}}`},
		"a date in words of a man": {`{"identification":{"personData":{"birthDate":"1.4.1980"}}}`, `{"identification":{"personData":{"birthDate":"1.4.1980"}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			client := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodGet || r.URL.Path != "/onboarding/getVerification/"+requestID {
					answer(w, http.StatusNotFound, `{}`)
					return
				}
				answer(w, http.StatusOK, `{"status":true,"data":`+tc.data+`}`)
			})
			v, err := client.GetVerification(t.Context(), requestID)
			require.NoError(t, err)
			got, err := json.Marshal(v)
			require.NoError(t, err)
			require.JSONEq(t, tc.want, string(got))
		})
	}
}

func TestGetVerification_RefusesAnAnswerWithoutWhatIsPublished(t *testing.T) {
	for body, want := range map[string]error{
		`{"status":true}`:                              umbrella.ErrInvalidResponse,
		`{"status":true,"data":null}`:                  umbrella.ErrInvalidResponse,
		`{"status":true,"data":{"isVerified":"true"}}`: umbrella.ErrInvalidResponse,
		`{"status":false}`:                             umbrella.ErrUnsuccessful,
	} {
		client := clientOf(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, body) })
		_, err := client.GetVerification(t.Context(), requestID)
		require.ErrorIs(t, err, want, body)
		require.False(t, apiError(t, err).MaybeProcessed)
	}
}

func TestConfigureWebhook_SendsTheHeadersThatAreToComeBack(t *testing.T) {
	var sent string
	client := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		sent = r.Method + " " + r.URL.Path + " " + string(body)
		answer(w, http.StatusOK, `{"status":true,"data":{"id":"1","url":"https://bank.example/events","createdAt":"2025-05-08T16:39:28.339Z"}}`)
	})
	hook, err := client.ConfigureWebhook(t.Context(), api.ConfigureWebhookRequest{
		WebhookURL: "https://bank.example/events",
		Metadata:   &api.WebhookMetadata{AuthHeader: map[string]string{"Api-Key": "secret"}},
	})
	require.NoError(t, err)
	require.Equal(t, "1", *hook.ID)
	require.Equal(t, `POST /onboarding/configureWebhook {"webhookUrl":"https://bank.example/events","metadata":{"authHeader":{"Api-Key":"secret"}}}`, sent)

	_, err = client.ConfigureWebhook(t.Context(), api.ConfigureWebhookRequest{WebhookURL: "events"})
	require.ErrorIs(t, err, umbrella.ErrInvalidRequest)
}
