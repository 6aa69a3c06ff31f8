package document

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPDF_HasItsObjectsWhereItsTableSaysAndTheTextInThem(t *testing.T) {
	text := []string{`a (b) \ c`, "Größe: 10 € \x00", strings.Repeat("x", 200)}
	for i := range 100 {
		text = append(text, fmt.Sprint("line ", i))
	}
	file := string(pdf(text))
	require.True(t, strings.HasPrefix(file, "%PDF-1.4\n"))
	require.True(t, strings.HasSuffix(file, "\n%%EOF\n"))
	for _, want := range []string{`(a \(b\) \\ c) Tj`, "(Gr\xf6\xdfe: 10 ? ?) Tj", "(line 99) Tj", "[0 0 595 1562]"} {
		require.Contains(t, file, want)
	}
	var start, objects int
	_, err := fmt.Sscanf(file[strings.LastIndex(file, "startxref"):], "startxref\n%d", &start)
	require.NoError(t, err)
	_, err = fmt.Sscanf(file[start:], "xref\n0 %d\n", &objects)
	require.NoError(t, err)
	require.Equal(t, 6, objects)
	table := strings.Split(file[start:], "\n")[2:]
	for i := 1; i < objects; i++ {
		var offset int
		_, err := fmt.Sscanf(table[i], "%d 00000 n", &offset)
		require.NoError(t, err)
		require.Len(t, table[i], 19, "with its line end 20 bytes")
		require.True(t, strings.HasPrefix(file[offset:], fmt.Sprint(i, " 0 obj\n")))
	}
	_, stream, _ := strings.Cut(file, "/Length ")
	var length int
	_, err = fmt.Sscanf(stream, "%d", &length)
	require.NoError(t, err)
	_, stream, _ = strings.Cut(stream, "stream\n")
	require.True(t, strings.HasPrefix(stream[length:], "\nendstream"))
}
