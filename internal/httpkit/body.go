package httpkit

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"net/http"
)

const maxKept = 64 << 10

// Detach reads the first 64 KiB of the body of resp and closes it, which gives its connection back;
// they are the new body. Whatever cut it short, an error of the connection or its size, its reader
// gets to see.
func Detach(resp *http.Response) {
	if resp.Body == nil { // from a RoundTripper that breaks the rules
		return
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxKept+1))
	_ = resp.Body.Close()
	if len(data) > maxKept {
		data, err = data[:maxKept], errors.New("the rest of the body was dropped after 64 KiB")
	}
	resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(data), Failed(cmp.Or(err, io.EOF))))
}

// Failed returns a reader that fails with err at once.
func Failed(err error) io.Reader { return failed{err} }

type failed struct{ err error }

func (f failed) Read([]byte) (int, error) { return 0, f.err }
