"""The typed interface for programs (接口), `/api/v1/`: the same permissions and reach as pages, problems as JSON."""
