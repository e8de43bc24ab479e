package report

import "github.com/chaintrace/chaintrace/trace/startup"

// How says in words how a hook, phase or check of the start spent its time, as
// blame does.
func How(s *startup.Startup, b startup.Blame) string { return newBlameEntry(s, b).how() }

// PartsText says in words what a hook did with its time, as blame and
// critical-chain do; width is how many characters each part may have.
func PartsText(parts []startup.Part, width int) string { return partsText(newParts(parts), width) }

// HookRemarks says in words what is special of a hook, as ledger does.
func HookRemarks(h *startup.LedgerHook) string { return hookRemarks(newLedgerHook(h)) }

// CheckRemarks says in words what is special of a check of the server, as ledger
// does.
func CheckRemarks(server string, c *startup.LedgerCheck) string {
	return checkRemarks(server, newLedgerCheck(c))
}
