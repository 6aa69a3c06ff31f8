package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	umbrella "github.com/umbrella-api/umbrella-go"
)

// download is what umbrella download is told.
type download struct {
	connection
	target string
	force  bool
}

func newDownload(inv *invocation) *cobra.Command {
	d := &download{connection: connection{invocation: inv}}
	cmd := inv.command("download REQUEST_ID", "Fetch the signed document of a session", d.check, d.run)
	cmd.Long = "Fetch the signed document of a session into a file that only you can read. The\nfile is whole or not there, and one that exists stays as it is without --force."
	cmd.Flags().StringVarP(&d.target, "output", "o", "", "write to `FILE`, else to REQUEST_ID.pdf")
	cmd.Flags().BoolVar(&d.force, "force", false, "replace a file that exists")
	d.define(cmd.Flags())
	return cmd
}

// check finds what would keep the document from being written, before anything is sent.
func (d *download) check(requestID string) {
	d.connect()
	place := "-o"
	if d.target == "" {
		d.target, place = requestID+".pdf", "REQUEST_ID.pdf"
	}
	info, err := os.Lstat(d.target)
	_, noFolder := os.Stat(filepath.Dir(d.target) + "/")
	switch {
	case d.target == "-":
		d.wrong.add("-o -: the document goes to a file and not to standard output: name one")
	case place != "-o" && filepath.Base(d.target) != d.target:
		d.wrong.add("REQUEST_ID has a character that no file name has: name the file with -o")
	case noFolder != nil:
		d.wrong.add("the folder of %s: %s", place, reason(noFolder))
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		d.wrong.add("%s: %s", place, reason(err))
	case !info.Mode().IsRegular():
		d.wrong.add("%s: there is something of that name that is no file", place)
	case !d.force:
		d.wrong.add("%s: the file exists: name another with -o, or replace it with --force", place)
	}
}

func (d *download) run(ctx context.Context, requestID string) error {
	d.requestID = requestID
	var document umbrella.Document
	err := d.write(func(file *os.File) (err error) {
		document, err = waitFor(d.streams, "the document; Ctrl-C ends it", func() (umbrella.Document, error) { return d.client.DownloadSigned(ctx, requestID, file) })
		return err
	})
	if err != nil {
		return err
	}
	sum := fmt.Sprintf("%x", document.SHA256)
	return d.print(d.stdout, map[string]any{"file": d.target, "size": document.Size, "sha256": sum},
		"File     %s\nSize     %d bytes\nSHA-256  %s\n", plain(d.target), document.Size, sum)
}

// write has fill write the content to a new file beside the target, which gets the
// target's name once it is whole and on the disk.
func (d *download) write(fill func(*os.File) error) error {
	file, err := os.CreateTemp(filepath.Dir(d.target), ".umbrella-*.part") // mode 0600
	if err != nil {
		d.wrong.add("the folder of the file: %s", reason(err))
		return d.wrong.err()
	}
	defer func() { _ = os.Remove(file.Name()) }()
	if err := errors.Join(fill(file), file.Sync(), file.Close()); err != nil {
		return err
	}
	if d.force {
		err = os.Rename(file.Name(), d.target)
	} else {
		err = os.Link(file.Name(), d.target) // unlike a rename, it replaces nothing
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return errors.New("-o: the file has come into being meanwhile: name another with -o, or replace it with --force")
	case err != nil:
		return fmt.Errorf("-o: the document cannot get its name: %w", reason(err))
	}
	return nil
}
