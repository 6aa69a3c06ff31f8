package umbrellatest_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// direct calls a mock without a network and returns what it answered.
func direct(mock *umbrellatest.Mock, path string, body []byte, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
	r.Header, r.Host = header, "localhost"
	w := httptest.NewRecorder()
	mock.ServeHTTP(w, r)
	return w
}

func directToken(t testing.TB, mock *umbrellatest.Mock) http.Header {
	apiKey, customerID := mock.Credentials()
	w := direct(mock, "/auth", nil, http.Header{"Api-Key": {apiKey}, "Customer-Id": {customerID}, "Content-Type": {form}})
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer))
	return http.Header{"Authorization": {"Bearer " + answer.AccessToken}, "Content-Type": {"application/json"}}
}

func heap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// Run it as a soak with -benchtime 100000x: it fails if the mock has grown.
func BenchmarkCreateSessionLink(b *testing.B) {
	mock, err := umbrellatest.New()
	require.NoError(b, err)
	header := directToken(b, mock)
	before := heap()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if w := direct(mock, operationPath, []byte(validBody), header); w.Code != http.StatusOK {
				b.Error(w.Code, w.Body.String())
			}
		}
	})
	b.StopTimer()
	growth := float64(heap()) - float64(before)
	b.ReportMetric(growth/(1<<20), "MiB-growth")
	require.LessOrEqual(b, len(mock.Sessions()), 2_000)
	require.LessOrEqual(b, len(mock.Requests()), 1_000)
	require.Less(b, growth, float64(16<<20))
	runtime.KeepAlive(mock)
}
