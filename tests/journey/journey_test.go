// Package journey plays what a bank does with a contract over HTTP: it configures the
// webhook, opens a session, takes the events, waits for the signature and downloads.
package journey_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
	"github.com/umbrella-api/umbrella-go/webhook"
)

const secret = "Bearer a-secret-of-the-bank"

// bank is the program of a bank. What it notes outlives its receiver.
type bank struct {
	address string

	mu    sync.Mutex
	notes []webhook.Event
	wakes map[string]chan struct{}
}

func (b *bank) wake(requestID string) chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.wakes[requestID] == nil {
		b.wakes[requestID] = make(chan struct{}, 1)
	}
	return b.wakes[requestID]
}

// note is the receiver's handler. It takes sessions that it does not know yet.
func (b *bank) note(_ context.Context, e webhook.Event) error {
	b.mu.Lock()
	b.notes = append(b.notes, e)
	b.mu.Unlock()
	select {
	case b.wake(e.RequestID) <- struct{}{}:
	default:
	}
	return nil
}

// noted are the statuses in the events so far.
func (b *bank) noted() (statuses []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.notes {
		statuses = append(statuses, string(e.Status))
	}
	return statuses
}

// receive starts the receiver, always at the same address.
func (b *bank) receive(t *testing.T) (stop func()) {
	receiver, err := webhook.NewReceiver(map[string][]string{"Authorization": {secret}}, b.note)
	require.NoError(t, err)
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", b.address)
	require.NoError(t, err)
	b.address = listener.Addr().String()
	server := &http.Server{Handler: receiver, ReadHeaderTimeout: 5 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
	return func() {
		_ = server.Close()
		<-done
	}
}

func open(t *testing.T) (*bank, *umbrellatest.Server) {
	b := &bank{address: "127.0.0.1:0", wakes: map[string]chan struct{}{}}
	return b, umbrellatest.NewServer(t)
}

func (b *bank) configure(ctx context.Context, client *umbrella.Client) error {
	_, err := client.ConfigureWebhook(ctx, api.ConfigureWebhookRequest{
		WebhookURL: "http://" + b.address + "/umbrella",
		Metadata:   &api.WebhookMetadata{AuthHeader: map[string]string{"Authorization": secret}},
	})
	return err
}

var contract = api.CreateSessionLinkRequest{
	Email: "user@example.com", PhoneNumber: "+436769556026",
	RedirectURL: "https://bank.example/done?contract=4711", DocURL: "https://bank.example/contracts/4711.pdf",
	SignForms: []api.SignForm{{FieldID: "Signature1", ActorID: "userToIdentify"}},
	FillForm:  []api.FillFormField{{FieldID: "name", Value: "${identification.lastName}"}},
}

// eventually waits for what other goroutines do.
func eventually(t *testing.T, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, 10*time.Second, time.Millisecond)
}

// requireDownload downloads the signed document and compares it with what the URL has.
func requireDownload(t *testing.T, client *umbrella.Client, v *api.Verification) {
	t.Helper()
	var file bytes.Buffer
	document, err := client.DownloadSigned(t.Context(), *v.RequestID, &file)
	require.NoError(t, err)
	resp, err := http.Get(*v.Signature.Content[0].SignedResource.ResourceURL)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	want, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, want, file.Bytes())
	require.Equal(t, sha256.Sum256(want), document.SHA256)
	require.EqualValues(t, len(want), document.Size)
	require.Contains(t, file.String(), "name: Mustermann")
}

func TestJourney_EndsWithTheSignedDocumentWhateverBecomesOfTheEvents(t *testing.T) {
	const completed = umbrellatest.StatusCompleted
	for name, tc := range map[string]struct {
		fault  umbrellatest.EventFault
		noted  []string // in the end
		wakes  bool     // so that no second question is needed
		answer int      // to the event of the end
	}{
		"none":         {umbrellatest.EventFault{}, []string{"CREATED", "RUNNING", "COMPLETED"}, true, 204},
		"twice":        {umbrellatest.EventFault{Times: 3, Twice: true}, []string{"CREATED", "CREATED", "RUNNING", "RUNNING", "COMPLETED", "COMPLETED"}, true, 204},
		"late":         {umbrellatest.EventFault{Status: completed, Late: 50 * time.Millisecond}, []string{"CREATED", "RUNNING", "COMPLETED"}, true, 204},
		"out of order": {umbrellatest.EventFault{Status: umbrellatest.StatusCreated, Reorder: true}, []string{"RUNNING", "CREATED", "COMPLETED"}, true, 204},
		"early":        {umbrellatest.EventFault{Times: 2, Early: true}, []string{"CREATED", "RUNNING", "COMPLETED"}, true, 204},
		"dropped":      {umbrellatest.EventFault{Status: completed, Drop: true}, []string{"CREATED", "RUNNING"}, false, 0},
		"wrong header": {umbrellatest.EventFault{Status: completed, WrongHeader: true}, []string{"CREATED", "RUNNING"}, false, 401},
		"garbage":      {umbrellatest.EventFault{Status: completed, Garbage: true}, []string{"CREATED", "RUNNING", ""}, false, 204},
	} {
		t.Run(name, func(t *testing.T) {
			b, service := open(t)
			client := service.Client
			defer b.receive(t)()
			require.NoError(t, b.configure(t.Context(), client))
			if tc.fault != (umbrellatest.EventFault{}) {
				require.NoError(t, service.InjectEvent(tc.fault))
			}

			link, err := client.CreateSessionLink(t.Context(), contract)
			require.NoError(t, err)
			if tc.fault.Early {
				require.Equal(t, []string{"CREATED", "RUNNING"}, b.noted(), "before the link")
			}
			eventually(t, func() bool { return len(b.noted()) >= 2 })

			interval := umbrella.WithPollInterval(time.Millisecond, 10*time.Millisecond)
			if tc.wakes {
				interval = umbrella.WithPollInterval(time.Hour, time.Hour)
			}
			signed := make(chan *api.Verification)
			go func() {
				v, _ := client.WaitForVerification(t.Context(), link.RequestID, interval, umbrella.WithWake(b.wake(link.RequestID)))
				signed <- v
			}()
			eventually(t, func() bool { return asked(service) > 0 })
			require.NoError(t, service.Complete(link.RequestID))
			v := <-signed
			require.NotNil(t, v)
			require.Equal(t, link.RequestID, *v.RequestID)
			requireDownload(t, client, v)

			eventually(t, func() bool { return slices.Equal(tc.noted, b.noted()) })
			ended := func(e umbrellatest.Event) bool { return e.Status == completed && e.Answer == tc.answer }
			eventually(t, func() bool { return slices.ContainsFunc(service.Events(), ended) })
		})
	}
}

// asked is how often getVerification was.
func asked(service *umbrellatest.Server) (n int) {
	for _, r := range service.Requests() {
		if r.Method == http.MethodGet && r.Status == http.StatusOK {
			n++
		}
	}
	return n
}

func TestJourney_LosesNothingWhenTheReceiverRestarts(t *testing.T) {
	b, service := open(t)
	stop := b.receive(t)
	require.NoError(t, b.configure(t.Context(), service.Client))
	var ids []string
	for range 20 {
		link, err := service.Client.CreateSessionLink(t.Context(), contract)
		require.NoError(t, err)
		ids = append(ids, link.RequestID)
	}
	stop() // whatever was on its way
	for _, id := range ids {
		require.NoError(t, service.Complete(id))
	}
	eventually(t, func() bool {
		return slices.ContainsFunc(service.Events(), func(e umbrellatest.Event) bool { return e.Answer == 0 })
	})
	defer b.receive(t)()
	for _, id := range ids {
		v, err := service.Client.WaitForVerification(t.Context(), id, umbrella.WithWake(b.wake(id)))
		require.NoError(t, err)
		requireDownload(t, service.Client, v)
	}
	eventually(t, func() bool { // at least once
		seen := map[string]bool{}
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, e := range b.notes {
			seen[e.RequestID+string(e.Status)] = true
		}
		return len(seen) == 3*len(ids)
	})
}

func TestJourney_LeavesNoGoroutineBehindWhereverItsContextEnds(t *testing.T) {
	const never = time.Hour
	steps := map[string]struct {
		fault umbrellatest.Fault
		step  func(ctx context.Context, b *bank, c *umbrella.Client, id string) error
	}{
		"token": {umbrellatest.Fault{Path: "/auth", DelayHeader: never}, func(ctx context.Context, b *bank, c *umbrella.Client, _ string) error {
			return b.configure(ctx, c)
		}},
		"configure": {umbrellatest.Fault{Path: "/onboarding/configureWebhook", DelayHeader: never}, func(ctx context.Context, b *bank, c *umbrella.Client, _ string) error {
			return b.configure(ctx, c)
		}},
		"open": {umbrellatest.Fault{Path: "/onboarding/createSessionLink", DelayHeader: never, AfterProcessing: true}, func(ctx context.Context, _ *bank, c *umbrella.Client, _ string) error {
			_, err := c.CreateSessionLink(ctx, contract)
			return err
		}},
		"wait, in a question": {umbrellatest.Fault{Path: "/onboarding/getVerification/{sessionId}", DelayBody: never}, func(ctx context.Context, _ *bank, c *umbrella.Client, id string) error {
			_, err := c.WaitForVerification(ctx, id)
			return err
		}},
		"wait, between questions": {umbrellatest.Fault{Path: "/onboarding/getVerification/{sessionId}", Status: 404}, func(ctx context.Context, _ *bank, c *umbrella.Client, id string) error {
			_, err := c.WaitForVerification(ctx, id)
			return err
		}},
		"download, in the header": {umbrellatest.Fault{Path: "/documents/{requestId}", DelayHeader: never}, func(ctx context.Context, _ *bank, c *umbrella.Client, id string) error {
			_, err := c.DownloadSigned(ctx, id, io.Discard)
			return err
		}},
		"download, in the body": {umbrellatest.Fault{Path: "/documents/{requestId}", DelayBody: never}, func(ctx context.Context, _ *bank, c *umbrella.Client, id string) error {
			_, err := c.DownloadSigned(ctx, id, io.Discard)
			return err
		}},
	}
	before := runtime.NumGoroutine()
	for name, tc := range steps {
		t.Run(name, func(t *testing.T) {
			b, service := open(t)
			defer b.receive(t)()
			var id string
			if tc.fault.Path != "/auth" { // which is asked for the first call only
				require.NoError(t, b.configure(t.Context(), service.Client))
				link, err := service.Client.CreateSessionLink(t.Context(), contract)
				require.NoError(t, err)
				id = link.RequestID
				if tc.fault.Path == "/documents/{requestId}" {
					require.NoError(t, service.Complete(id))
				}
			}
			require.NoError(t, service.Inject(tc.fault))
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			require.ErrorIs(t, tc.step(ctx, b, service.Client, id), context.DeadlineExceeded)
		})
	}
	http.DefaultClient.CloseIdleConnections()
	eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }) // eventually has one itself
}
