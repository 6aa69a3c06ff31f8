package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The hand-written program is a yardstick only as long as it does the same: both
// get a token, make the call, and report a refusal.
func TestPrograms_DoTheSame(t *testing.T) {
	const answer = `{"status":true,"data":{"requestId":"r-1","url":"https://example.com/w?t=1","expiresAfter":"2025-07-30T08:55:52Z"}}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		switch {
		case r.Method == http.MethodPost && r.URL.Path == "/auth" && r.Header.Get("Api-Key") == "key" && r.Header.Get("Customer-Id") == "customer":
			_, _ = io.WriteString(w, `{"access_token":"t","expires_in":3600,"token_type":"Bearer"}`)
		case r.Method == http.MethodPost && r.URL.Path == "/onboarding/createSessionLink" && r.Header.Get("Authorization") == "Bearer t" &&
			bytes.Contains(body, []byte(`"phoneNumber":"+436769556026"`)) && bytes.Contains(body, []byte(`"actorId":"userToIdentify"`)):
			_, _ = io.WriteString(w, answer)
		default:
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"message":"Unauthorized request"}`)
		}
	}))
	defer server.Close()
	env := []string{"UMBRELLA_SERVER=" + server.URL, "UMBRELLA_API_KEY=key", "UMBRELLA_CUSTOMER_ID=customer"}
	for _, pkg := range programs {
		program := build(t, pkg)
		if got, want := command(t, ".", env, program), "https://example.com/w?t=1 2025-07-30 08:55:52 +0000 UTC r-1\n"; got != want {
			t.Errorf("%s printed %q, want %q", pkg, got, want)
		}
		_, stderr, err := try(t, ".", append(env, "UMBRELLA_API_KEY=wrong"), program)
		if err == nil || !strings.Contains(stderr, "401") {
			t.Errorf("%s with a wrong key: %v, %q", pkg, err, stderr)
		}
	}
}

// consumer, then the yardstick.
var programs = [2]string{".", "./handwritten"}

func build(t *testing.T, pkg string, flags ...string) string {
	out := filepath.Join(t.TempDir(), "program")
	command(t, ".", nil, "go", append(append([]string{"build", "-trimpath", "-o", out}, flags...), pkg)...)
	return out
}

func TestImporter_BinaryGrowth(t *testing.T) {
	for name, flags := range map[string][]string{
		"go build -trimpath":                  nil,
		"go build -trimpath -ldflags='-s -w'": {"-ldflags=-s -w"},
	} {
		t.Run(name, func(t *testing.T) {
			var size [2]int64
			for i, pkg := range programs {
				info, err := os.Stat(build(t, pkg, flags...))
				if err != nil {
					t.Fatal(err)
				}
				size[i] = info.Size()
			}
			growth := 100 * float64(size[0]-size[1]) / float64(size[1])
			t.Logf("with umbrella %d bytes, hand-written %d: %+.2f %%", size[0], size[1], growth)
			if growth > maxGrowth {
				t.Errorf("the import makes the program %.2f %% larger, more than %.1f %%", growth, maxGrowth)
			}
		})
	}
}

// initLine is what the runtime prints for a package that has something to
// initialise (runtime, environment variables, GODEBUG=inittrace=1).
var initLine = regexp.MustCompile(`(?m)^init (\S+) @.*, (\d+) bytes, (\d+) allocs$`)

func TestImporter_InitialisationIsNotWorthMeasuring(t *testing.T) {
	// Without a server the program stops at New: all that runs is initialisation.
	_, trace, err := try(t, ".", []string{"GODEBUG=inittrace=1", "UMBRELLA_SERVER="}, build(t, "."))
	if err == nil {
		t.Fatal("the program found a server")
	}
	lines := initLine.FindAllStringSubmatch(trace, -1)
	if len(lines) == 0 {
		t.Fatalf("no trace in:\n%s", trace)
	}
	var ours []string
	for _, line := range lines {
		if !isOurs(line[1]) {
			continue
		}
		size, _ := strconv.Atoi(line[2])
		allocs, _ := strconv.Atoi(line[3])
		ours = append(ours, fmt.Sprintf("%s: %d bytes, %d allocations", line[1], size, allocs))
		if size > maxInitBytes || allocs > maxInitAllocs {
			t.Errorf("%s initialises %d bytes in %d allocations", line[1], size, allocs)
		}
	}
	t.Logf("%d of %d initialised packages are ours: %s", len(ours), len(lines), strings.Join(ours, "; "))
}
