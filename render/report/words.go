package report

import "github.com/chaintrace/chaintrace/trace/startup"

// How many characters there are for each thing that a hook did: in a line, and where
// there is room for several.
const (
	narrow = 70
	wide   = 200
)

// How says in words how a hook, phase or check of the start spent its time, as
// blame does.
func How(s *startup.Startup, b startup.Blame) string { return newBlameEntry(s, b).how(narrow) }

// HowAtLength is How with more of what a hook did.
func HowAtLength(s *startup.Startup, b startup.Blame) string { return newBlameEntry(s, b).how(wide) }

// LinkRemarks says in words what else is known of a link of a critical chain, as
// critical-chain does, with more of what a hook did.
func LinkRemarks(l startup.Link) []string { return newCriticalLink(l).remarks("at ", "part of ", wide) }

// HookRemarks says in words what is special of a hook, as ledger does.
func HookRemarks(h *startup.LedgerHook) string { return hookRemarks(newLedgerHook(h)) }

// CheckRemarks says in words what is special of a check of the server, as ledger
// does.
func CheckRemarks(server string, c *startup.LedgerCheck) string {
	return checkRemarks(server, newLedgerCheck(c))
}
