package preset_test

import (
	"context"
	"fmt"
	"log"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/chain/preset"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// The library in a few lines: run a chain, record it, and ask what happened.
func Example() {
	d, err := preset.Load("kube-apiserver-1.37")
	if err != nil {
		log.Fatal(err)
	}
	recorded := trace.NewProviders(trace.ProvidersConfig{})
	options, err := chain.Options{Description: d, TracerProviders: recorded.Provider}.Complete()
	if err != nil {
		log.Fatal(err)
	}
	if _, err := chain.Run(context.Background(), options); err != nil {
		log.Fatal(err)
	}
	s, err := startup.FromTrace(recorded.Trace())
	if err != nil {
		log.Fatal(err)
	}
	for _, sv := range s.Servers {
		fmt.Println(sv.Name, len(sv.PostStart), "hooks")
	}
	// Output:
	// apiextensions-apiserver 7 hooks
	// kube-apiserver 21 hooks
	// kube-aggregator 29 hooks
}
