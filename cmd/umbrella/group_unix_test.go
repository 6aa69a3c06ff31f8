//go:build unix

package main

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBinary_MockForAShellIsNotInTheShellsProcessGroup(t *testing.T) {
	for _, args := range [][]string{{"mock"}, {"mock", "--env"}} {
		cmd := process(t, nil, args...)
		stdout, err := cmd.StdoutPipe()
		require.NoError(t, err)
		begun(t, cmd, stdout)
		group, err := syscall.Getpgid(cmd.Process.Pid)
		require.NoError(t, err)
		want := syscall.Getpgrp() // where a process is that does nothing about it
		if args[len(args)-1] == "--env" {
			want = cmd.Process.Pid
		}
		require.Equal(t, want, group, args)
		require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
		require.NoError(t, cmd.Wait(), "exit code 0")
	}
}
