package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	goodHeader = "key,email,phoneNumber,redirectUrl,docUrl"
	goodCells  = "user@example.com,+436769556026,https://example.com/done?key=a,https://example.com/a.pdf"
)

func TestFile_EveryErrorHasItsLineAndNothingIsSent(t *testing.T) {
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"empty":          {"", []string{"the file is empty"}},
		"header only":    {goodHeader + "\n", []string{"no row below its header"}},
		"unknown column": {goodHeader + ",colour,user@example.com\na," + goodCells + ",x,y\n", []string{"line 1: column 6 is neither", "line 1: column 7 is neither"}},
		"semicolons":     {strings.ReplaceAll(goodHeader, ",", ";") + "\na;b\n", []string{"line 1: the columns are separated by semicolons or tabs: save the file with commas"}},
		"quoted, tabs":   {"\ufeff\"" + strings.ReplaceAll(goodHeader, ",", "\"\t\"") + "\"\n", []string{"line 1: the columns are separated by semicolons or tabs"}},
		"other case":     {strings.Replace(goodHeader, "email", "Email", 1) + "\na," + goodCells, []string{"line 1: column 2 is neither", "there is no column email"}},
		"missing column": {"key,email\na,user@example.com\n", []string{"no column phoneNumber", "no column redirectUrl", "no column docUrl"}},
		"missing key":    {strings.TrimPrefix(goodHeader, "key,") + "\n" + goodCells, []string{"line 1: there is no column key"}},
		"column twice":   {goodHeader + ",email\na," + goodCells + ",b", []string{"line 1: column 6 is there twice"}},
		"wrong values": {goodHeader + "\na," + goodCells + "\nb,user,123,ftp:,x\n", []string{
			"line 3: email does not have the format email", "line 3: docUrl does not match ^https://",
		}},
		"keys": {goodHeader + "\na," + goodCells + "\n," + goodCells + "\na," + goodCells + "\n" + strings.Repeat("k", 256) + "," + goodCells, []string{
			"line 3: the key is empty", "line 4: the key is that of line 2", "line 5: the key is longer",
		}},
		"columns of a row": {goodHeader + "\na,b\nc," + goodCells + "\nd,e,f\n", []string{"line 2: 2 columns", "line 4: 3 columns"}},
		"quotes":           {goodHeader + "\na," + goodCells + "\nb,\"x\"y," + goodCells, []string{"line 3"}},
		"lines in a cell":  {goodHeader + ",fill.f\na," + goodCells + ",\"1\n2\n3\"\nb,user," + goodCells[17:] + ",\n", []string{"line 5: email"}},
		"not UTF-8":        {goodHeader + ",fill.f\na," + goodCells + ",M\xfcller\n", []string{"line 2: column 6 is not UTF-8"}},
		"not text":         {goodHeader + ",signForms\na," + goodCells + ",x\n", []string{"line 2: a column is that of a property which is no text"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.writeText(tc.text)
			code, _, stderr := d.run()
			require.Equal(t, exitUsage, code, stderr)
			for _, want := range append(tc.want, "nothing was sent") {
				require.Contains(t, stderr, want)
			}
			require.Empty(t, d.Requests())
			require.NotContains(t, stderr, "user@example.com")
			require.NoFileExists(t, d.path("links.db"))
		})
	}
}

func TestFile_IsReadAsSpreadsheetsWriteIt(t *testing.T) {
	d := newDesk(t)
	d.writeText("\ufeff\"contractId\",email,phoneNumber,redirectUrl,docUrl,sign.Signature 1,fill.name,fill.empty\r\n" +
		"4711," + goodCells + ",userToIdentify,\"Müller, \"\"A\"\"\",\r\n")
	code, stdout, stderr := d.run("--key", "contractId", "--out", "out.csv")
	require.Zero(t, code, stderr)
	require.Equal(t, "1 open\n", stdout)
	require.Equal(t, map[string]string{"4711": open}, d.outcomes())
	for _, s := range d.Sessions() {
		require.Equal(t, "user@example.com", s.Request.Email)
		require.Len(t, s.Request.SignForms, 1)
		require.Equal(t, "Signature 1", s.Request.SignForms[0].FieldID)
		require.Equal(t, "userToIdentify", s.Request.SignForms[0].ActorID)
		require.Len(t, s.Request.FillForm, 1)
		require.Equal(t, "name", s.Request.FillForm[0].FieldID)
		require.Equal(t, `Müller, "A"`, s.Request.FillForm[0].Value)
	}
}

func TestDryRun_SendsNothingAndNeedsNoLedger(t *testing.T) {
	d := newDesk(t)
	d.write(3)
	code, stdout, stderr := ended(d.any("--in", "in.csv", "--dry-run"))
	require.Zero(t, code, stderr)
	require.Equal(t, "3 rows are fine; nothing was sent\n", stdout)
	require.Empty(t, d.Requests())
	require.NoFileExists(t, d.path("links.db"))
}
