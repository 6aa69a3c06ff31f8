//go:build unix

package main

import "syscall"

// ownGroup makes the process the leader of its own group, so that Ctrl-C at the prompt
// of the shell that began it is not for it. It fails where it leads one already.
func ownGroup() { _ = syscall.Setpgid(0, 0) }
