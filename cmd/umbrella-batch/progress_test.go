package main

import (
	"bytes"
	"context"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
)

func TestProgress_IsALineNowAndThenOffATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		g := &gate{}
		p := newProgress(1000, g, &out)
		ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
		defer cancel()
		go func() {
			for range 2 {
				time.Sleep(7 * time.Second)
				for range 100 {
					p.passed.Add(1)
					p.count(open)
				}
			}
			p.count(unknown)
			g.slow(10 * time.Second)
		}()
		p.show(ctx)
		require.Equal(t, "100 of 1000: 100 open; 10.0/s, 1m30s left\n201 of 1000: 200 open, 1 unknown; 10.0/s, 1m19s left, paused for 4s\n", out.String())
		out.Reset()
		p.wait(3, time.Now().Add(171*time.Second))
		require.Equal(t, "201 of 1000: 200 open, 1 unknown; waiting up to 2m51s for 3 that another run is sending, or was when it ended\n", out.String())
	})
}

func TestProgress_IsABarOnATerminal(t *testing.T) {
	d := newDesk(t)
	d.write(100)
	cmd := d.command("--rate", "100/s")
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 120})
	require.NoError(t, err)
	defer terminal.Close()
	shown, _ := io.ReadAll(terminal) // ends with an error when the command does
	require.NoError(t, cmd.Wait())
	require.Regexp(t, `\[=+>-+\] \d+ of 100: \d+ open; \d+\.\d/s, \ds left`, string(shown))
}
