package main

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/chain/preset"
	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// whichFlags are the flags of chaintrace which.
type whichFlags struct {
	answerFlags
	method string
}

func newWhichCommand() *cobra.Command {
	f := &whichFlags{}
	cmd := &cobra.Command{
		Use:   "which PATH [FILE]",
		Short: "Tell which server answers a path, and why",
		Long: `Which follows a request for PATH down the chain, hop by hop: who is asked, what
there takes the path (a go-restful web service, or on the mux the very path or a
prefix of it), who passes it on (nothing matches, or an APIService of the chain's
own is behind it) and who answers in the end. Below it are how that was as the
chain had just begun to serve, where it differs, and the routes that match too but
are not used.

Of preset:NAME and chain:FILE, which run the model, the real handlers are asked,
with --method. A recorded trace holds routes, but neither methods nor custom
resource definitions nor what is behind an APIService: what depends on those has
branches, each with its condition.

Exit codes: 0 some server answers, whatever its status; 1 the path is not found
(404) or not available (503), or who answers depends on what a trace does not tell,
as one without routes, which a start has that was seen from outside.
Of a process that died, a note says so, and the exit code is that of its last answer.

Without FILE it asks ` + presetInput + preset.Default + `. ` + inputHelp,
		Example: `  chaintrace which /apis/apps/v1/deployments
  chaintrace which /metrics --method DELETE 'preset:kube-apiserver-1.37?profiling=false'
  chaintrace which /apis/example.com/v1/things chain.json
  chaintrace which /healthz chain.json --output json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 && len(args) != 2 {
				return fmt.Errorf("%s takes a path, such as /api/v1/pods, and then a trace or none; there are %d arguments", cmd.CommandPath(), len(args))
			}
			return nil
		},
		ValidArgsFunction: completeWhich,
		RunE:              f.run,
	}
	cmd.Flags().StringVar(&f.method, "method", "GET", "the method of the request, for a run of the model")
	completeWith(cmd, "method", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
	f.register(cmd)
	return cmd
}

// completeWhich offers the paths that people ask for, and then files and presets.
func completeWhich(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return []string{"/", "/api", "/apis", "/healthz", "/livez", "/metrics", "/openapi/v2", "/openapi/v3", "/readyz", "/version"},
			cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	case 1:
		return presetInputs(), cobra.ShellCompDirectiveDefault
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// presetInputs returns the presets as inputs.
func presetInputs() []string {
	var inputs []string
	for _, name := range preset.Names() {
		inputs = append(inputs, presetInput+name)
	}
	return inputs
}

func (f *whichFlags) run(cmd *cobra.Command, args []string) error {
	if err := f.check(); err != nil {
		return err
	}
	q := report.WhichQuestion{Input: presetInput + preset.Default}
	var err error
	if q.Path, q.Notes, err = requestPath(args[0]); err != nil {
		return withCode(exitUsage, err)
	}
	method, err := requestMethod(f.method)
	if err != nil {
		return withCode(exitUsage, err)
	}
	if len(args) == 2 {
		q.Input = args[1]
	} else {
		fmt.Fprintf(cmd.ErrOrStderr(), "note: no FILE is given; this is %s\n", q.Input)
	}
	a, err := f.answer(cmd, q, method)
	if err != nil {
		return err
	}
	if err := f.print(cmd, a); err != nil {
		return err
	}
	if !a.Answers() {
		return withCode(exitNo, fmt.Errorf("%s: %s", render.Printable(a.Path, 200), map[string]string{
			"not-found": "not found", "unavailable": "not available", "undecided": "it depends on what the trace does not tell",
		}[a.Result]))
	}
	return nil
}

// answer asks the handlers of a run of the model, or goes by the routes of a trace.
func (f *whichFlags) answer(cmd *cobra.Command, q report.WhichQuestion, method string) (*report.Which, error) {
	if isModelInput(q.Input) {
		return askModel(cmd.Context(), q, method)
	}
	s, err := f.startup(cmd, q.Input)
	if err != nil {
		return nil, err
	}
	if cmd.Flags().Changed("method") {
		q.Notes = append(q.Notes, "--method "+method+" plays no part: a trace records no methods; ask "+presetInput+"NAME for one")
	}
	q.Input = inputName(q.Input)
	q.Way = s.Router().Way(q.Path)
	q.Early = s.EarlyRouter().Way(q.Path)
	if !q.Way.Unknown() {
		q.Notes = append(q.Notes, outcomeNotes(s, "where its routes would have led", nil)...)
	}
	if q.Way.MayLack(q.Path) {
		q.Notes = append(q.Notes, "a trace does not tell what "+q.Way.By+" has below "+q.Way.Hops[len(q.Way.Hops)-1].Path+"; it may answer 404")
	}
	return report.NewWhich(s, q), nil
}

// outcomeNotes tell of a start that did not get ready what an answer means, and the
// error that its run ended with if there is one.
func outcomeNotes(s *startup.Startup, means string, err error) []string {
	because := ""
	if err != nil {
		because = ": " + err.Error()
	}
	switch s.Outcome() {
	case startup.OutcomeFailed:
		if err == nil && s.Failure != nil {
			because = ": " + s.Failure.What() + ": " + s.Failure.Err
		}
		return []string{"the process died, and nobody answers any more; this is " + means + because}
	case startup.OutcomeNotReady:
		return []string{"the chain did not get ready; this is how it was when the trace ended" + because}
	case startup.OutcomeNotShown:
		return []string{"the trace does not show whether the chain got ready; this is how it was when the trace ended" + because}
	}
	return nil
}

// requestPath returns the path of a request as handlers see it, decoded and
// without what plays no part in routing, and notes on what was left out.
func requestPath(arg string) (path string, notes []string, err error) {
	switch {
	case strings.Contains(arg, "://"):
		return "", nil, fmt.Errorf("%q is an address; give its path alone, such as /api/v1/pods", arg)
	case !strings.HasPrefix(arg, "/"):
		return "", nil, fmt.Errorf("the path %q does not begin with a slash; write %q", arg, "/"+arg)
	}
	path, fragment, found := strings.Cut(arg, "#")
	if found {
		notes = append(notes, "#"+fragment+" is left out: clients do not send it; for the character write %23")
	}
	path, query, found := strings.Cut(path, "?")
	if found {
		notes = append(notes, "?"+query+" is left out: the query plays no part in who answers")
	}
	decoded, err := url.PathUnescape(path)
	var escape url.EscapeError
	if errors.As(err, &escape) {
		return "", nil, fmt.Errorf("the path %q: %q is no percent-encoding; for a percent sign write %%25", arg, string(escape))
	}
	if decoded != path {
		notes = append(notes, "the path was decoded: servers route by "+decoded)
	}
	return decoded, notes, nil
}

// requestMethod returns the method in capitals, as HTTP has them.
func requestMethod(method string) (string, error) {
	letter := func(r rune) bool { return r >= 'A' && r <= 'Z' }
	upper := strings.ToUpper(method)
	if upper == "" || strings.TrimFunc(upper, letter) != "" {
		return "", fmt.Errorf("--method: %q is not a method, such as GET or DELETE", method)
	}
	return upper, nil
}
