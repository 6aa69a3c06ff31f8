package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/umbrella-api/umbrella-go/internal/strictjson"
)

// maxFile is the size of the largest request: more than any has.
const maxFile = 1 << 20

// readFile reads what --file names, which must be one JSON value.
func readFile(name string, stdin io.Reader) ([]byte, error) {
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("cannot read --file: %w", reason(err))
		}
		defer func() { _ = file.Close() }()
		stdin = file
	}
	data, err := io.ReadAll(io.LimitReader(stdin, maxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot read --file: %w", reason(err))
	case len(data) > maxFile:
		return nil, errors.New("--file is over 1 MiB, which is no request")
	}
	if err := strictjson.Check(data); err != nil {
		return nil, fmt.Errorf("--file must hold the request as one JSON object: %w", err)
	}
	return data, nil
}

// reason is why a file could not be used, without its path.
func reason(err error) error { return cmp.Or(errors.Unwrap(err), err) }
