package main

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
)

// inWordsOfTheCommand replaces what an error says to people who write Go.
var inWordsOfTheCommand = strings.NewReplacer(
	"umbrella: cannot make a client: server: ", "UMBRELLA_SERVER: ",
	"umbrella: cannot make a client: ", "", ", or WithInsecureHTTP in a test network", "",
	", whose table Migrate or Schema makes", "", ": find out and call Resolve", "", ": Renew opens another one", "",
	"the limit of WithMaxResponseBytes", "1 MiB",
	"umbrella: ", "", "once: ", "", "authprovider: ", "",
)

// plain is what operators get to read of err.
func plain(err error) string { return inWordsOfTheCommand.Replace(err.Error()) }

// withoutName is the cause of an error about a file whose name means nothing to an
// operator, as it was made for the moment.
func withoutName(err error) error {
	var cause syscall.Errno
	if errors.As(err, &cause) {
		return cause
	}
	return err
}

// quantity is n things, in words for one and for another number of them.
func quantity(n int, one, other string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, other)
}
