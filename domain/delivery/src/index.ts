export {
  decideDelivery,
  mayBegin,
  startDelivery,
  type DeliveryCommand,
  type DeliveryEvent,
  type DeliveryState,
} from './delivery.ts'
export { manifestBelow, releaseDigest, releaseVersion, type ReleaseFile } from './release.ts'
export { errors } from './errors.ts'
