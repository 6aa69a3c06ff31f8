package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// TestPage_CommandsRun runs what docs/once.md shows of this command, in order, with the
// customers that it shows. Both requests are lost, so that there is something to resolve.
func TestPage_CommandsRun(t *testing.T) {
	page, err := os.ReadFile("../../docs/once.md")
	require.NoError(t, err)
	customers := regexp.MustCompile("(?s)```csv\n(.*?)```").FindSubmatch(page)
	require.NotNil(t, customers)
	d := newDesk(t)
	require.NoError(t, os.WriteFile(d.path("customers.csv"), customers[1], 0o600))
	d.inject(umbrellatest.Fault{Reset: true, AfterProcessing: true, Times: 2})

	var codes []int
	for _, line := range regexp.MustCompile(`(?m)^umbrella-batch (.*)$`).FindAllSubmatch(page, -1) {
		code, stdout, stderr := ended(d.any(strings.Fields(string(line[1]))...))
		t.Logf("%s\n%s%s", line[0], stdout, stderr)
		codes = append(codes, code)
	}
	require.Equal(t, []int{0, 0, exitUnknown, exitUnknown, 0, 0}, codes)
	require.Len(t, d.Sessions(), 2)
}
