package main

import (
	"strings"
	"testing"
)

const printed = `goos: linux
goarch: amd64
cpu: A CPU
BenchmarkCreateSessionLink/transport=memory/mode=serial/client=handwritten-2  100  9000 ns/op  5033 B/op  38 allocs/op
BenchmarkCreateSessionLink/transport=memory/mode=serial/client=generated-2  100  7000 ns/op  4000 B/op  30 allocs/op
BenchmarkCreateSessionLink/transport=memory/mode=serial/client=ours-2  100  8000 ns/op  5000 B/op  40 allocs/op
`

func TestResults_TablesAndTargets(t *testing.T) {
	var r results
	for _, text := range []string{
		printed,
		strings.ReplaceAll(printed, " 8000 ns/op", " 8200 ns/op"),
		strings.ReplaceAll(printed, " 8000 ns/op", " 99000 ns/op"),
		`BenchmarkPaired/transport=memory/mode=serial/client=ours-2  500  0.90 p25-ratio  1.10 p75-ratio  1.01 ratio
BenchmarkPaired/transport=memory/mode=serial/client=resty-2  500  1.90 p25-ratio  2.10 p75-ratio  2.00 ratio
BenchmarkPaired/transport=loopback/mode=serial/client=ours-2  500  1.00 p25-ratio  1.20 p75-ratio  1.10 ratio
BenchmarkDeadlinePaired/mode=serial/protocol=http2-2  500  1.00 p25-ratio  1.20 p75-ratio  1.04 ratio
`,
	} {
		if err := r.add(text); err != nil {
			t.Fatal(err)
		}
	}
	var doc strings.Builder
	r.write(&doc, facts{goVersion: "go1.99", date: "2026-01-02", cores: 2, rounds: 3, pairs: 500, peers: []string{"example.com/peer@v1.0.0"}})
	for _, want := range []string{
		"go1.99, linux/amd64, A CPU, 2 cores, 2026-01-02.",
		"example.com/peer@v1.0.0",
		"## createSessionLink: memory, serial\n",
		"| handwritten | 9000 | 5033 | 38 | 1 |\n",
		"| generated | 7000 | 4000 | 30 | 1 |\n",
		"| **ours** | 8200 | 5000 | 40 | 1.01 (0.90 to 1.10) |\n",
		"| allocations of a call in memory | 40 | 50 | met |\n",
		"| time in memory, serial, against resty | 1.01 | 2.00 | met |\n",
		"| time over loopback, serial, against hand-written | 1.10 | 1.05 | missed |\n",
		"| time over loopback, parallel, against hand-written | ? | | not measured |\n",
		"| a goroutine for the deadline, serial, over http2, against none | 1.04 | 1.05 | met |\n",
	} {
		if !strings.Contains(doc.String(), want) {
			t.Errorf("no %q in:\n%s", want, doc.String())
		}
	}
}

func TestResults_RefusesALineThatIsCut(t *testing.T) {
	var r results
	if err := r.add("BenchmarkX-2  100  8000 ns/op  5000\n"); err == nil {
		t.Fatal("a value without a unit was taken")
	}
}
