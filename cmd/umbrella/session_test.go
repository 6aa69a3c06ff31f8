package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func TestStatus_SaysWhetherTheDocumentIsSigned(t *testing.T) {
	s := served(t)
	open, done := opened(t, s), signed(t, s)
	code, stdout, stderr := invoke(t, t.Context(), "", "status", open)
	require.Equal(t, exitNotSigned, code)
	require.Contains(t, stdout, "Signed   no\n")
	require.Equal(t, "umbrella status: not signed, or not yet\n", stderr)
	code, stdout, stderr = invoke(t, t.Context(), "", "status", done)
	require.Equal(t, exitOK, code, stderr)
	require.Equal(t, "Signed   yes\nStatus   completed\nRequest  "+done+"\n", stdout)
	code, stdout, _ = invoke(t, t.Context(), "", "status", done, "--json")
	require.Equal(t, exitOK, code)
	var v api.Verification
	require.NoError(t, json.Unmarshal([]byte(stdout), &v))
	require.Equal(t, done, *v.RequestID)

	code, _, stderr = invoke(t, t.Context(), "", "status", "--json", "--timeout", "5s", "unheard-of")
	f := jsonError(t, stderr)
	require.NotEqual(t, exitOK, code)
	require.Equal(t, "unheard-of", f.RequestID)
	code, _, stderr = invoke(t, t.Context(), "", "status", "..")
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "REQUEST_ID")
}

func TestDownload_WritesTheWholeDocumentForItsOwnerAlone(t *testing.T) {
	s := served(t)
	id := signed(t, s)
	t.Chdir(t.TempDir())
	code, stdout, stderr := invoke(t, t.Context(), "", "download", id)
	require.Equal(t, exitOK, code, stderr)
	data, err := os.ReadFile(id + ".pdf")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(data), "%PDF-"))
	sum := fmt.Sprintf("%x", sha256.Sum256(data))
	require.Equal(t, fmt.Sprintf("File     %s.pdf\nSize     %d bytes\nSHA-256  %s\n", id, len(data), sum), stdout)
	info, err := os.Stat(id + ".pdf")
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	code, stdout, stderr = invoke(t, t.Context(), "", "download", id, "-o", "sub.pdf", "--json")
	require.Equal(t, exitOK, code, stderr)
	require.JSONEq(t, fmt.Sprintf(`{"file":"sub.pdf","size":%d,"sha256":%q}`, len(data), sum), stdout)
	require.Len(t, files(t), 2)
}

// files are the names in the current folder.
func files(t *testing.T) (names []string) {
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestDownload_ReplacesAFileOnlyWithForce(t *testing.T) {
	s := served(t)
	id := signed(t, s)
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("mine.pdf", []byte("mine"), 0o644))
	require.NoError(t, os.Symlink("mine.pdf", "link.pdf"))
	require.NoError(t, os.Mkdir("folder", 0o755))
	asked := len(s.Requests())
	for _, args := range [][]string{
		{"-o", "mine.pdf"},
		{"-o", "link.pdf", "--force"},
		{"-o", "folder", "--force"},
		{"-o", "/dev/null", "--force"},
		{"-o", "none/file.pdf"},
		{"-o", "mine.pdf/file.pdf"},
	} {
		code, _, stderr := invoke(t, t.Context(), "", append([]string{"download", id}, args...)...)
		require.Equal(t, exitUsage, code, "%q: %s", args, stderr)
		require.Contains(t, stderr, "-o: ")
	}
	code, _, stderr := invoke(t, t.Context(), "", "download", "a/b")
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "name the file with -o")
	require.Len(t, s.Requests(), asked, "nothing was sent")
	require.Equal(t, []string{"folder", "link.pdf", "mine.pdf"}, files(t))

	code, _, stderr = invoke(t, t.Context(), "", "download", id, "-o", "mine.pdf", "--force")
	require.Equal(t, exitOK, code, stderr)
	data, err := os.ReadFile("mine.pdf")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(data), "%PDF-"))
	info, err := os.Stat("mine.pdf")
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestDownload_LeavesNothingBehindWhenItFails(t *testing.T) {
	for name, tc := range map[string]struct {
		fault umbrellatest.Fault
		code  int
	}{
		"cut in the middle": {umbrellatest.Fault{Path: "/documents/{requestId}", Truncate: true}, exitFailed},
		"reset":             {umbrellatest.Fault{Path: "/documents/{requestId}", Reset: true, Times: 9}, exitFailed},
		"500":               {umbrellatest.Fault{Path: "/documents/{requestId}", Status: 500}, exitFailed},
		"refused":           {umbrellatest.Fault{Path: "/onboarding/getVerification/{sessionId}", Status: 401, Times: 2}, exitCredentials},
		"not signed yet":    {umbrellatest.Fault{Path: "/onboarding/getVerification/{sessionId}", Pending: true}, exitNotSigned},
	} {
		t.Run(name, func(t *testing.T) {
			s := served(t)
			id := signed(t, s)
			t.Chdir(t.TempDir())
			require.NoError(t, s.Inject(tc.fault))
			code, stdout, stderr := invoke(t, t.Context(), "", "download", id, "--json")
			require.Equal(t, tc.code, code, stderr)
			require.Empty(t, stdout)
			require.Equal(t, id, jsonError(t, stderr).RequestID)
			require.Empty(t, files(t))
		})
	}
}

func TestDownload_DoesNotReplaceAFileThatComesMeanwhile(t *testing.T) {
	t.Chdir(t.TempDir())
	target := targetFile{name: "b.pdf"}
	err := target.write(func(*os.File) error { return os.WriteFile("b.pdf", []byte("mine"), 0o600) })
	require.ErrorContains(t, err, "meanwhile")
	data, err := os.ReadFile("b.pdf")
	require.NoError(t, err)
	require.Equal(t, "mine", string(data))
	require.Len(t, files(t), 1)
}

func TestDownload_OfSeveralDocumentsSaysHowToGetThem(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"status":true,"data":{"signature":{"content":[
			{"signedResource":{"id":"a","resourceUrl":"https://a.example"}},{"signedResource":{"id":"b","resourceUrl":"https://b.example"}}]}}}`))
	}))
	t.Cleanup(server.Close)
	environment(t, map[string]string{"UMBRELLA_SERVER": server.URL, "UMBRELLA_TOKEN": "x.y.z"})
	t.Chdir(t.TempDir())
	code, _, stderr := invoke(t, t.Context(), "", "download", "id")
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "umbrella call getVerification")
	require.NotContains(t, stderr, "GetVerification")
	require.Empty(t, files(t))
}
