package chain

import "context"

// RESTStorageProvider offers an API group and perhaps a post-start hook that
// goes with it. It mirrors RESTStorageProvider and PostStartHookProvider of
// k8s.io/kubernetes/pkg/controlplane/apiserver.
type RESTStorageProvider struct {
	Group APIGroupInfo
	Hook  *PostStartHook
}

// InstallAPIs goes through the providers: one without a version to serve is
// passed over, hook and all; of the others each adds its hook first. The core
// group is installed at once, all others together after the last. It mirrors
// Server.InstallAPIs in k8s.io/kubernetes/pkg/controlplane/apiserver/apis.go.
func (s *GenericAPIServer) InstallAPIs(ctx context.Context, providers ...RESTStorageProvider) error {
	var groups []APIGroupInfo
	for _, p := range providers {
		if len(p.Group.Versions) == 0 {
			continue
		}
		if p.Hook != nil {
			if err := s.AddPostStartHook(ctx, *p.Hook); err != nil {
				return err
			}
		}
		if p.Group.Group != "" {
			groups = append(groups, p.Group)
			continue
		}
		if err := s.InstallLegacyAPIGroup(ctx, p.Group); err != nil {
			return err
		}
	}
	return s.InstallAPIGroups(ctx, groups...)
}
