import { errorTable } from '@sluice/kernel'

export const errors = errorTable({
  EXECUTOR_DOCKER_UNREACHABLE: {
    summary: 'No Docker engine answers, or it is not one for Linux containers.',
    remedy: 'Start it, name its socket in DOCKER_HOST, and see that you may write to that; or run without images.',
  },
  EXECUTOR_DOCKER_ELSEWHERE: {
    summary: 'The Docker engine does not see the folders of this machine, so that a job would find no files.',
    remedy: 'Use an engine of this machine, and a folder that it may share.',
  },
  EXECUTOR_DOCKER_REFUSED: {
    summary: 'The Docker engine did not do what was asked of it.',
    remedy: 'Read its words in the message.',
  },
  EXECUTOR_DOCKER_NO_IMAGE: {
    summary: 'A job names no image, and there is none for such jobs.',
    remedy:
      'Name one with `image` in the pipeline or its `default`, or give one with `--image`; or run with `--executor auto`.',
  },
  EXECUTOR_DOCKER_IMAGE_NAME: {
    summary: 'The name of an image cannot be one; often a variable in it has no value.',
    remedy: 'Look at `image` and `services` of the job with `sluice plan --json`.',
  },
  EXECUTOR_DOCKER_IMAGE_MISSING: {
    summary: 'An image is not on this machine, and its pull policy is `never`.',
    remedy: 'Pull it, or allow `if-not-present` in `pull_policy`.',
  },
  EXECUTOR_DOCKER_PULL_FAILED: {
    summary: 'An image could not be had from its registry.',
    remedy: 'Read the registry’s words in the message; check name and tag, the network, and `docker login`.',
  },
  EXECUTOR_DOCKER_PLATFORM: {
    summary: 'An image is for another platform than the job wants.',
    remedy: 'Name a platform that the image has, or let it be pulled.',
  },
})
