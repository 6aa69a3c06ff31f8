package umbrella_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

const (
	canaryURL = memhttp.URL + "/canary-document?sig=canary"
	pdf       = "%PDF-1.7\n" + canaryFill + "\n%%EOF\n"
)

func resource(url string) *api.Resource {
	return &api.Resource{ResourceURL: &url, MimeType: new("application/pdf"), SizeBytes: new(int64(len(pdf)))}
}

func servePDF(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, pdf) }

func TestDownload_WritesTheDocumentWithoutToken(t *testing.T) {
	var header http.Header
	client := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		require.Equal(t, "/canary-document?sig=canary", r.RequestURI)
		servePDF(w, r)
	})
	var out bytes.Buffer
	document, err := client.Download(t.Context(), resource(canaryURL), &out)
	require.NoError(t, err)
	require.Equal(t, pdf, out.String())
	require.Equal(t, umbrella.Document{Size: int64(len(pdf)), SHA256: sha256.Sum256([]byte(pdf))}, document)
	require.Empty(t, header.Values("Authorization"))
	require.Equal(t, "umbrella-go/"+umbrella.Version, header.Get("User-Agent"))
}

func TestDownload_TakesWhatTheServiceDoesNotSay(t *testing.T) {
	for name, r := range map[string]*api.Resource{
		"no type, no size":         {},
		"another type":             {MimeType: new("text/plain")},
		"a date that is none":      {URLValidBefore: new("soon")},
		"a date to come":           {URLValidBefore: new("2999-01-01T00:00:00.5Z")},
		"a type with a parameter":  {MimeType: new("Application/PDF; q=1")},
		"a size and nothing else":  {SizeBytes: new(int64(len(pdf)))},
		"a status of another kind": {Status: new("ARCHIVED")},
	} {
		t.Run(name, func(t *testing.T) {
			r.ResourceURL = new(canaryURL)
			_, err := clientOf(t, servePDF).Download(t.Context(), r, io.Discard)
			require.NoError(t, err)
		})
	}
	empty := &api.Resource{ResourceURL: new(canaryURL)}
	document, err := clientOf(t, func(http.ResponseWriter, *http.Request) {}).Download(t.Context(), empty, io.Discard)
	require.NoError(t, err)
	require.Equal(t, umbrella.Document{SHA256: sha256.Sum256(nil)}, document)
}

func serveText(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

func serveStatus(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { answer(w, code, `{"message":"`+canaryFill+`"}`) }
}

// serveCut ends the connection after n bytes of the document.
func serveCut(n int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(pdf)))
		_, _ = io.WriteString(w, pdf[:n])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// noDocuments are answers, and resources, that no whole document comes from.
var noDocuments = map[string]struct {
	handler http.HandlerFunc
	change  func(*api.Resource)
	want    error
	empty   bool // nothing was written
}{
	"an HTML page":     {serveText(strings.Repeat("<", len(pdf))), nil, umbrella.ErrInvalidResponse, true},
	"less than a head": {serveText("%PD"), func(r *api.Resource) { r.SizeBytes = nil }, umbrella.ErrInvalidResponse, true},
	"nothing":          {serveText(""), func(r *api.Resource) { r.SizeBytes = nil }, umbrella.ErrInvalidResponse, true},
	"no end":           {serveText("%PDF-" + strings.Repeat(" ", len(pdf)-5)), nil, umbrella.ErrInvalidResponse, false},
	"an end too early": {serveText(pdf + strings.Repeat(" ", 2000)), func(r *api.Resource) { r.SizeBytes = nil }, umbrella.ErrInvalidResponse, false},
	"another size":     {servePDF, func(r *api.Resource) { *r.SizeBytes++ }, umbrella.ErrInvalidResponse, true},
	"a PDF by its header": {func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/pdf")
		fmt.Fprint(w, "x")
	}, func(r *api.Resource) { r.SizeBytes, r.MimeType = nil, nil }, umbrella.ErrInvalidResponse, true},
	"cut short at once":     {serveCut(0), nil, io.ErrUnexpectedEOF, true},
	"cut short in the head": {serveCut(3), nil, io.ErrUnexpectedEOF, true},
	"cut short later":       {serveCut(12), nil, umbrella.ErrInvalidResponse, false},
	"cut short, no PDF":     {serveCut(3), func(r *api.Resource) { r.MimeType, r.SizeBytes = nil, nil }, io.ErrUnexpectedEOF, true},
	"no answer":             {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, nil, io.EOF, true},
	"expired 403":           {serveStatus(403), nil, umbrella.ErrURLExpired, true},
	"expired 410":           {serveStatus(410), nil, umbrella.ErrURLExpired, true},
	"expired by its date":   {servePDF, func(r *api.Resource) { r.URLValidBefore = new("2025-06-16T11:53:34.028Z") }, umbrella.ErrURLExpired, true},
	"404":                   {serveStatus(404), nil, umbrella.ErrNotFound, true},
	"429":                   {serveStatus(429), nil, umbrella.ErrRateLimited, true},
	"500":                   {serveStatus(500), nil, umbrella.ErrServer, true},
	"206":                   {serveStatus(206), nil, umbrella.ErrInvalidResponse, true},
	"304":                   {serveStatus(304), nil, nil, true},
	"not https":             {servePDF, func(r *api.Resource) { *r.ResourceURL = "http://canary.example.com/" }, nil, true},
	"a file":                {servePDF, func(r *api.Resource) { *r.ResourceURL = "file:///canary" }, nil, true},
	"not a URL":             {servePDF, func(r *api.Resource) { *r.ResourceURL = "canary\n" }, nil, true},
	"no URL":                {servePDF, func(r *api.Resource) { r.ResourceURL = nil }, nil, true},
}

func TestDownload_RefusesWhatIsNotTheWholeDocument(t *testing.T) {
	for name, tc := range noDocuments {
		t.Run(name, func(t *testing.T) {
			r := resource(canaryURL)
			if tc.change != nil {
				tc.change(r)
			}
			var out bytes.Buffer
			document, err := clientOf(t, tc.handler).Download(t.Context(), r, &out)
			require.Error(t, err)
			if tc.want != nil {
				require.ErrorIs(t, err, tc.want)
			}
			require.Equal(t, umbrella.Document{}, document)
			require.Equal(t, "download", apiError(t, err).Operation)
			require.False(t, apiError(t, err).MaybeProcessed)
			require.Equal(t, tc.empty, out.Len() == 0)
			requireDiscreet(t, err)
			if tc.want == umbrella.ErrURLExpired {
				require.Contains(t, err.Error(), "ask GetVerification for a fresh one")
			}
		})
	}
}

func TestDownload_TellsARefusalFromAnAnswerThatIsNoDocument(t *testing.T) {
	for status, invalid := range map[int]bool{202: true, 299: true, 300: false, 404: false, 503: false} {
		_, err := clientOf(t, serveStatus(status), umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: 1})).
			Download(t.Context(), resource(canaryURL), io.Discard)
		require.Equal(t, status, apiError(t, err).StatusCode)
		require.Equal(t, invalid, errors.Is(err, umbrella.ErrInvalidResponse), status)
	}
}

func TestDownload_LimitsTheSizeWhateverTheHeaderSays(t *testing.T) {
	endless := func(w http.ResponseWriter, _ *http.Request) {
		for _, err := io.WriteString(w, "%PDF-"); err == nil; {
			_, err = w.Write(make([]byte, 32<<10))
		}
	}
	r := resource(canaryURL)
	r.SizeBytes = nil
	var out bytes.Buffer
	_, err := clientOf(t, endless).Download(t.Context(), r, &out, umbrella.WithMaxDocumentBytes(100_000))
	require.ErrorIs(t, err, umbrella.ErrResponseTooLarge)
	require.LessOrEqual(t, out.Len(), 100_000)

	_, err = clientOf(t, servePDF).Download(t.Context(), r, io.Discard, umbrella.WithMaxDocumentBytes(int64(len(pdf))))
	require.NoError(t, err, "as long as is allowed")
	_, err = clientOf(t, servePDF).Download(t.Context(), r, io.Discard, umbrella.WithMaxDocumentBytes(int64(len(pdf)-1)))
	require.ErrorIs(t, err, umbrella.ErrResponseTooLarge)
	_, err = clientOf(t, servePDF).Download(t.Context(), resource(canaryURL), io.Discard, umbrella.WithMaxDocumentBytes(int64(len(pdf))))
	require.NoError(t, err, "as long as is allowed, and as the resource says")
	_, err = clientOf(t, servePDF).Download(t.Context(), r, io.Discard, umbrella.WithMaxDocumentBytes(0))
	require.Equal(t, 0, apiError(t, err).Attempts)
}

func TestDownload_FollowsThreeRedirectsToSafePlacesAndTellsNobodyTheURL(t *testing.T) {
	for name, tc := range map[string]struct {
		redirects int
		to        string
		ok        bool
	}{
		"three":      {3, "/canary", true},
		"four":       {4, "/canary", false},
		"plain http": {1, "http://canary.example.com/", false},
		"a file":     {1, "file:///canary", false},
		"no URL":     {1, "http://[canary", false},
	} {
		t.Run(name, func(t *testing.T) {
			left, referred := tc.redirects, false
			client := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
				referred = referred || r.Header.Get("Referer") != ""
				if left--; left >= 0 {
					w.Header().Set("Location", tc.to)
					w.WriteHeader(http.StatusFound)
					return
				}
				servePDF(w, r)
			})
			_, err := client.Download(t.Context(), resource(canaryURL), io.Discard)
			require.False(t, referred)
			if tc.ok {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			requireDiscreet(t, err)
		})
	}
}

func TestDownload_TakesPlainHTTPFromAnywhereOnRequest(t *testing.T) {
	elsewhere := "http://files.example.com/canary"
	_, err := clientOf(t, servePDF, umbrella.WithInsecureHTTP()).Download(t.Context(), resource(elsewhere), io.Discard)
	require.NoError(t, err)
	_, err = clientOf(t, servePDF).Download(t.Context(), resource(elsewhere), io.Discard)
	require.ErrorContains(t, err, "no https URL")
}

// full is a writer on a disk that is full.
type full struct{ err error }

func (f full) Write(p []byte) (int, error) { return len(p) / 2, f.err }

func TestDownload_SaysThatTheWriterFailed(t *testing.T) {
	broken := errors.New("canary: no space left")
	_, err := clientOf(t, servePDF).Download(t.Context(), resource(canaryURL), full{broken})
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "the writer failed")
	requireDiscreet(t, err)
	_, err = clientOf(t, servePDF).Download(t.Context(), resource(canaryURL), full{})
	require.ErrorIs(t, err, io.ErrShortWrite)
}

func TestDownload_ChecksItsArguments(t *testing.T) {
	client, r := clientOf(t, servePDF), resource(canaryURL)
	var none context.Context
	for name, call := range map[string]func() error{
		"client":   func() error { _, err := new(umbrella.Client).Download(t.Context(), r, io.Discard); return err },
		"nil":      func() error { _, err := (*umbrella.Client)(nil).Download(t.Context(), r, io.Discard); return err },
		"context":  func() error { _, err := client.Download(none, r, io.Discard); return err },
		"resource": func() error { _, err := client.Download(t.Context(), nil, io.Discard); return err },
		"writer":   func() error { _, err := client.Download(t.Context(), r, nil); return err },
		"option":   func() error { _, err := client.Download(t.Context(), r, io.Discard, nil); return err },
	} {
		require.Equal(t, 0, apiError(t, call()).Attempts, name)
	}
}

func TestDownload_EndsWithTheContextOrTheTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stalls := func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, pdf[:10])
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}
		start := time.Now()
		r := resource(canaryURL)
		_, err := clientOf(t, stalls, umbrella.WithTimeout(time.Minute)).Download(t.Context(), r, io.Discard)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Minute, time.Since(start))
		_, err = clientOf(t, servePDF, umbrella.WithTimeout(0)).Download(t.Context(), r, io.Discard)
		require.NoError(t, err, "no limit but the context's")

		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err = clientOf(t, stalls).Download(ctx, r, io.Discard)
		require.ErrorIs(t, err, context.Canceled)
		requireDiscreet(t, err)
		cancel()
		_, err = clientOf(t, servePDF).Download(ctx, r, io.Discard)
		require.ErrorIs(t, err, context.Canceled)
	})
}
