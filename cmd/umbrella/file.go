package main

import (
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
			return nil, unreadable(err)
		}
		defer func() { _ = file.Close() }()
		stdin = file
	}
	data, err := io.ReadAll(io.LimitReader(stdin, maxFile+1))
	switch {
	case err != nil:
		return nil, unreadable(err)
	case len(data) > maxFile:
		return nil, errors.New("--file is over 1 MiB, which is no request")
	}
	if err := strictjson.Check(data); err != nil {
		return nil, fmt.Errorf("--file must hold the request as one JSON object: %w", err)
	}
	return data, nil
}

func unreadable(err error) error { return fmt.Errorf("cannot read --file: %w", reason(err)) }

// reason is why a file could not be used, without its path.
func reason(err error) error {
	var path *os.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}
