package webhook_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/webhook"
)

// receive returns what the handler gets of body.
func receive(tb testing.TB, body string) webhook.Event {
	events := make(chan webhook.Event, 1)
	require.Equal(tb, http.StatusNoContent, serve(newReceiver(tb, notify(events)), request(body)).StatusCode)
	return <-events
}

func TestEvent_HasWhatUpstreamDocuments(t *testing.T) {
	e := receive(t, upstream)
	require.Equal(t, "3d0c1f6e-0c4b-4f0e-9b51-7e9a2b6c1d2e", e.ID)
	require.Equal(t, "STATUS_UPDATE", e.Type)
	require.Equal(t, "74884fe3-c9e1-4462-b60f-c461e422000c", e.RequestID)
	require.Equal(t, webhook.StatusCompleted, e.Status)
	require.Equal(t, time.Date(2026, 5, 8, 16, 39, 28, 339e6, time.UTC), e.CreatedAt)
	require.Equal(t, upstream, string(e.Raw()))
}

func TestEvent_FindsTheSessionWhereItMayBe(t *testing.T) {
	for body, want := range map[string][2]string{
		`{"request":{"requestId":"a","status":"RUNNING"}}`:                                       {"a", "RUNNING"},
		`{"requestId":"a","status":"FAILED"}`:                                                    {"a", "FAILED"},
		`{"sessionId":"a","status":"SOMETHING_NEW"}`:                                             {"a", "SOMETHING_NEW"},
		`{"status":true,"data":{"requestId":"a","status":"completed"}}`:                          {"a", "COMPLETED"},
		`{"data":{"requestId":"d"},"sessionId":"c","requestId":"b","request":{"requestId":"a"}}`: {"a", ""},
		`{"data":{"requestId":"d"},"sessionId":"c","requestId":"b"}`:                             {"b", ""},
		`{"data":{"requestId":"d"},"sessionId":"c","request":{}}`:                                {"c", ""},
		`{"request":"?","id":1,"type":{},"createdAt":[1],"data":null,"requestId":"a"}`:           {"a", ""},
		`{"request":{"requestId":7},"requestId":"a","createdAt":"yesterday","new":{"x":[]}}`:     {"a", ""},
	} {
		e := receive(t, body)
		require.Equal(t, want, [2]string{e.RequestID, string(e.Status)}, body)
		require.Zero(t, e.CreatedAt, body)
	}
}

func TestEvent_OfAnyBodyIsHandedOver(t *testing.T) {
	for _, body := range []string{
		``, ` `, `{}`, `null`, `[]`, `"ping"`, `ping`, `<x/>`, `{"requestId":"a"`, `{"requestId":"a"} x`, "\xff\x00",
		`[{"requestId":"a"}]`, strings.Repeat("[", 100_000), `{"id":` + strings.Repeat(`{"a":`, 50_000),
	} {
		e := receive(t, body)
		require.Equal(t, body, string(e.Raw()))
		require.Empty(t, e.RequestID)
	}
}

func TestEvent_RawIsACopy(t *testing.T) {
	e := receive(t, `{"requestId":"a"}`)
	e.Raw()[0] = 'X'
	require.Equal(t, `{"requestId":"a"}`, string(e.Raw()))
	require.Nil(t, webhook.Event{}.Raw())
}

// personal is what a payload that nobody documents could hold, and where.
var personal = []string{
	upstream[:len(upstream)-1] + `,"firstName":"CANARY"}`,
	`{"id":"CANARY","type":"CANARY","status":"CANARY","requestId":"canary.1@example.com"}`,
	`{"id":"CANARY CANARY 1","requestId":"CANARY","request":{"status":"CANARY_1"}}`,
	`{"requestId":"` + strings.Repeat("CANARY1", 10) + `"}`,
	`{"requestId":"CANARY1\n"}`,
	`CANARY`,
}

// printed returns e in every way that a program writes one to a log.
func printed(t *testing.T, e webhook.Event) []string {
	type holder struct {
		Event   webhook.Event
		Pointer *webhook.Event
	}
	var out []string
	for _, v := range []any{e, &e, holder{e, &e}, []webhook.Event{e}, map[string]webhook.Event{"k": e}, fmt.Errorf("event %v", e)} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%T", "%z"} {
			out = append(out, fmt.Sprintf(verb, v))
		}
	}
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
		slog.New(h).With("e", e).Info("event", "e", e, "p", &e, "h", fmt.Sprint(holder{e, &e}))
	}
	return append(out, log.String(), e.String())
}

func TestEvent_PrintsNoPersonalData(t *testing.T) {
	for _, body := range personal {
		for _, text := range printed(t, receive(t, body)) {
			require.NotContains(t, strings.ToLower(text), "canary")
			require.NotContains(t, strings.ToLower(text), "43414e415259")
			require.NotContains(t, text, "67 65 78")
		}
	}
}

func TestEvent_ShowsNoIDThatCouldBeAPerson(t *testing.T) {
	for _, id := range []string{"491701234567", "+491701234567", "Mustermann", "erika.1@example.com", "Erika 1", "id-1\n", "Müller1"} {
		text := webhook.Event{ID: id, RequestID: id}.String()
		require.NotContains(t, text, id)
		require.Contains(t, text, "id=(not shown) requestId=(not shown)")
	}
}

// fmt calls no methods on unexported fields, so the body must be out of its reach.
func TestEvent_BodyIsOutOfReachInUnexportedFields(t *testing.T) {
	e := receive(t, personal[0])
	held := struct {
		event   webhook.Event
		pointer *webhook.Event
	}{e, &e}
	for _, verb := range []string{"%v", "%+v", "%#v", "%x", "%q"} {
		text := fmt.Sprintf(verb, held) + fmt.Sprintf(verb, &held)
		require.NotContains(t, text, "CANARY")
		require.NotContains(t, text, "43414e415259")
		require.NotContains(t, text, "67 65 78")
	}
	encoded, err := json.Marshal(e)
	require.NoError(t, err)
	require.NotContains(t, string(encoded), "CANARY")
	require.Contains(t, string(encoded), `"RequestID":"74884fe3-c9e1-4462-b60f-c461e422000c"`)
}

func TestEvent_PrintsTheSessionItIsAbout(t *testing.T) {
	e := receive(t, upstream)
	want := "webhook.Event[id=3d0c1f6e-0c4b-4f0e-9b51-7e9a2b6c1d2e requestId=74884fe3-c9e1-4462-b60f-c461e422000c " +
		"type=STATUS_UPDATE status=COMPLETED createdAt=2026-05-08 16:39:28.339 +0000 UTC]"
	require.Equal(t, want, e.String())
	require.Equal(t, want, fmt.Sprintf("%x", e))
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("", "event", e)
	require.Contains(t, log.String(), `"requestId":"74884fe3-c9e1-4462-b60f-c461e422000c","type":"STATUS_UPDATE","status":"COMPLETED"`)
}

func FuzzEvent(f *testing.F) {
	for _, body := range append(personal, upstream, ``, `{"sessionId":"a"}`, `{"data":{"requestId":"a"}}`, `[{}]`) {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if len(body) > 1<<20 {
			return // refused
		}
		e := receive(t, body)
		require.Equal(t, body, string(e.Raw()))
		if !json.Valid([]byte(body)) {
			require.Empty(t, e.RequestID+e.ID+e.Type+string(e.Status))
		}
		var in struct{ Request struct{ RequestID string } }
		if json.Unmarshal([]byte(body), &in) == nil && in.Request.RequestID != "" {
			require.Equal(t, in.Request.RequestID, e.RequestID)
		}
		line := e.String()
		require.NotContains(t, line, "\n")
		require.LessOrEqual(t, len(line), 400)
		require.Equal(t, line, fmt.Sprintf("%#v", e))
	})
}
